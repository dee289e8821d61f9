import type { Unread } from "./questions/misunderstood.ts";
import { read } from "./questions/read.ts";
import type { Task } from "./task.ts";

/** What the user wants now, in the light of what was said before. */
export interface Understood {
  readonly task: Task | null;
  /** What of the question was not understood. Without it and without a task, the question is no mathematics. */
  readonly unread?: Unread;
  /** The answer given before was doubted: this is another try at the same question. */
  readonly again: boolean;
}

/** Someone put the result back in and it failed. The equations named with it are the old ones, no question of their own. */
const REFUTED = /성립하지 않|do(?:es)? not hold|\breconsider\b/i;
/** Asks to look again, and asks nothing new. */
const DOUBTED =
  /검산|맞지 않|틀렸|틀린|다시 (?:풀|계산|생각|확인)|\bwrong\b|\bincorrect\b|\bagain\b|are you sure|확실/i;
/** Of a formula in it: then it asks something of its own, and has to be understood as a whole. */
const FORMULA = /[\d=^√∫∑]/;

/** How many of the user's messages back the question may lie to which a doubt refers. */
const MAX_BACK = 6;
/** Of a message, only so much is searched for a doubt, in characters. */
const MAX_SEARCHED = 4000;

const doubts = (pattern: RegExp, message: string): boolean => pattern.test(message.slice(0, MAX_SEARCHED));

/** @param questions the user's words, newest first. */
export const understand = ([latest = "", ...earlier]: readonly string[]): Understood => {
  const isRefuted = doubts(REFUTED, latest) && earlier.length > 0;
  const reading = isRefuted ? null : read(latest);
  if (reading?.kind === "task") return { task: reading.task, again: false };
  if (isRefuted || (doubts(DOUBTED, latest) && !FORMULA.test(latest.slice(0, MAX_SEARCHED)))) {
    for (const question of earlier.slice(0, MAX_BACK)) {
      const before = doubts(REFUTED, question) ? null : read(question);
      if (before?.kind === "task") return { task: before.task, again: true };
    }
  }
  return { task: null, again: false, ...(reading === null ? {} : { unread: reading }) };
};
