import { TIL_BOUNDS } from "../../domain/til.ts";

/** What a title is made from, in code points. */
export const TITLE_FROM = 2_000;

/** Of a text, so much is looked at, in UTF-16 units: a line of a megabyte of asterisks has no title. */
const MAX_READ = 4_000;

const QUOTED = /^(?:"(.*)"|'(.*)'|`(.*)`|“(.*)”|‘(.*)’|「(.*)」|『(.*)』|《(.*)》|〈(.*)〉|«(.*)»)$/u;
/** What models put before a title, told not to. */
const LEAD = /^(?:#+\s+|[-*]\s+|(?:title|제목)\s*[:：]\s*)/iu;

/** The title in what a model has answered: its first line that says something, without marks and the quotes around it. */
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

/** Marks and quotes may stand within each other: `**"Title"**`. */
const bare = (line: string): string => {
  const inner = line.replace(LEAD, "").replace(/^(\*\*|__)(.*)\1$/u, "$2");
  const quoted = QUOTED.exec(inner)
    ?.slice(1)
    .find((group) => group !== undefined);
  const next = (quoted ?? inner).trim();
  return next === line ? line : bare(next);
};
