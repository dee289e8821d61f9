import { TIL_BOUNDS } from "../../domain/til.ts";
import { unwrapText } from "./unwrap-text.ts";

/** The part of the note that a title is written from, in code points. */
export const TITLE_FROM = 2_000;

/** The part of a text that is read, in UTF-16 units: a line of a megabyte of asterisks has no title. */
const MAX_READ = 4_000;

/** What models put before a title despite the instructions. */
const BULLET = /^[-*•]\s+/u;
const LABELS = ["title", "제목"];

/**
 * Returns the title from a model's answer: its first line with a letter or digit, without Markdown marks and
 * surrounding quotes.
 */
export const titleIn = (answer: string, content: string): string => {
  const found = lineIn(unwrapText(answer.slice(0, MAX_READ), LABELS)) || lineIn(content) || "TIL";
  return [...found].slice(0, TIL_BOUNDS.title).join("").trim();
};

const lineIn = (text: string): string => {
  for (const line of text.slice(0, MAX_READ).split("\n")) {
    const title = bare(line.trim());
    if (/[\p{L}\p{N}]/u.test(title)) return title;
  }
  return "";
};

/** Bullets and wrappings may be nested: `- **"Title"**`. */
const bare = (line: string): string => {
  const inner = unwrapText(line.replace(BULLET, ""), LABELS);
  return inner === line ? line : bare(inner);
};
