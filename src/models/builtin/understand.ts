import { recognise } from "./recognise.ts";
import type { Task } from "./task.ts";

/** What the user wants now, in the light of what was said before. */
export interface Understood {
  readonly task: Task | null;
  /** The answer given before was doubted: this is another try at the same question. */
  readonly again: boolean;
}

/** Someone put the result back in and it failed. The equations named with it are the old ones, no question of their own. */
const REFUTED = /성립하지 않|do(?:es)? not hold|\breconsider\b/i;
/** Asks to look again, unless it asks something new. */
const DOUBTED =
  /검산|맞지 않|틀렸|틀린|다시 (?:풀|계산|생각|확인)|\bwrong\b|\bincorrect\b|\bagain\b|are you sure|확실/i;

/** How many of the user's messages back the question may lie to which a doubt refers. */
const MAX_BACK = 6;
/** Of a message, only so much is searched for a doubt, in characters. */
const MAX_SEARCHED = 4000;

const doubts = (pattern: RegExp, message: string): boolean => pattern.test(message.slice(0, MAX_SEARCHED));

/** @param questions the user's words, newest first. */
export const understand = ([latest = "", ...earlier]: readonly string[]): Understood => {
  const isRefuted = doubts(REFUTED, latest);
  const task = isRefuted && earlier.length > 0 ? null : recognise(latest);
  if (task !== null || !(isRefuted || doubts(DOUBTED, latest))) return { task, again: false };
  for (const question of earlier.slice(0, MAX_BACK)) {
    const before = doubts(REFUTED, question) ? null : recognise(question);
    if (before !== null) return { task: before, again: true };
  }
  return { task: null, again: false };
};
