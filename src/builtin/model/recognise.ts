import { read } from "./questions/read.ts";
import type { Task } from "./task.ts";

/**
 * Returns the task of a question by itself. Null when this model cannot do it, or when the question was not understood
 * as a whole.
 */
export const recognise = (question: string): Task | null => {
  const reading = read(question);
  return reading?.kind === "task" ? reading.task : null;
};
