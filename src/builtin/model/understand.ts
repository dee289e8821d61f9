import type { Unread } from "./questions/misunderstood.ts";
import { read } from "./questions/read.ts";
import type { Task } from "./task.ts";

/** What the user asks for, given the earlier messages. */
export interface Understood {
  readonly task: Task | null;
  /**
   * What of the question was not understood. When this and the task are missing, the question is not about mathematics.
   */
  readonly unread?: Unread;
  /** The previous answer was doubted: this is another attempt at the same question. */
  readonly again: boolean;
}

/** A check by substitution failed. The equations that the message names are the old ones, not a new question. */
const REFUTED = /성립하지 않|do(?:es)? not hold|\bthose values do not satisfy\b|\breconsider\b/i;
/** Asks to check again, and asks nothing new. */
const DOUBTED =
  /검산|맞지 않|틀렸|틀린|다시 (?:풀|계산|생각|확인)|\bwrong\b|\bincorrect\b|\bagain\b|are you sure|확실/i;
/** Signs of a formula. A message with one asks something new and must be understood as a whole. */
const FORMULA = /[\d=^√∫∑]/;

/** How many of the user's messages back a doubt may refer to. */
const MAX_BACK = 6;
/** The part of a message that is searched for a doubt, in characters. */
const MAX_SEARCHED = 4000;

const doubts = (pattern: RegExp, message: string): boolean => pattern.test(message.slice(0, MAX_SEARCHED));

/** @param questions The user's messages, newest first. */
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
