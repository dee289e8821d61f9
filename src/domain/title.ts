import type { RunInput } from "./run.ts";

/** The most of a title, in code points. */
const MAX_TITLE = 80;
/** The part of a question that is read, in UTF-16 units. A question may have a megabyte. */
const MAX_READ = 2_000;

/** Returns the title of a turn: the beginning of its question. */
export const titleOf = ({ message }: RunInput): string => {
  const line = message.trimStart().slice(0, MAX_READ).toWellFormed().replace(/\s+/g, " ").trim();
  return line.length <= MAX_TITLE ? line : [...line].slice(0, MAX_TITLE).join("");
};
