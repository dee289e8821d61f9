import { read } from "./questions/read.ts";
import type { Task } from "./task.ts";

/** The task that a question is, by itself; null when it is none that this model can do, or was not understood as a whole. */
export const recognise = (question: string): Task | null => {
  const reading = read(question);
  return reading?.kind === "task" ? reading.task : null;
};
