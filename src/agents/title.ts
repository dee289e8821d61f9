import type { RunInput } from "../domain/run.ts";

/** In code points. */
const MAX_TITLE = 80;

/** A turn's title: how its question begins. */
export const titleOf = ({ message }: RunInput): string =>
  [...message.replace(/\s+/g, " ").trim()].slice(0, MAX_TITLE).join("");
