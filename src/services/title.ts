import type { RunInput } from "../domain/run.ts";

/** In code points. */
const MAX_TITLE = 80;
/** Of a question, so much is looked at for it, in UTF-16 units: it may be a megabyte. */
const MAX_READ = 2_000;

/** A turn's title: how its question begins. */
export const titleOf = ({ message }: RunInput): string =>
  [...message.trimStart().slice(0, MAX_READ).toWellFormed().replace(/\s+/g, " ").trim()].slice(0, MAX_TITLE).join("");
