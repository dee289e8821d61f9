import { TIL_BOUNDS } from "../../domain/til.ts";

/** The part of the note that a title is written from, in code points. */
export const TITLE_FROM = 2_000;

/** The part of a text that is read, in UTF-16 units: a line of a megabyte of asterisks has no title. */
const MAX_READ = 4_000;

const QUOTED = /^(?:"(.*)"|'(.*)'|`(.*)`|“(.*)”|‘(.*)’|「(.*)」|『(.*)』|《(.*)》|〈(.*)〉|«(.*)»)$/u;
/** Prefixes that models put before a title despite the instructions. */
const LEAD = /^(?:#+\s+|[-*]\s+|(?:title|제목)\s*[:：]\s*)/iu;

/**
 * Returns the title from a model's answer: its first line with a letter or digit, without Markdown marks and
 * surrounding quotes.
 */
export const titleIn = (answer: string, content: string): string => {
  const found = lineIn(answer) || lineIn(content) || "TIL";
  return [...found].slice(0, TIL_BOUNDS.title).join("").trim();
};

const lineIn = (text: string): string => {
  for (const line of text.slice(0, MAX_READ).split("\n")) {
    const title = bare(line.trim());
    if (/[\p{L}\p{N}]/u.test(title)) return title;
  }
  return "";
};

/** Marks and quotes may be nested: `**"Title"**`. */
const bare = (line: string): string => {
  const inner = line.replace(LEAD, "").replace(/^(\*\*|__)(.*)\1$/u, "$2");
  const quoted = QUOTED.exec(inner)
    ?.slice(1)
    .find((group) => group !== undefined);
  const next = (quoted ?? inner).trim();
  return next === line ? line : bare(next);
};
