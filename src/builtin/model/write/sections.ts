import { statementsOf } from "../statements.ts";

/** A part of a text under one heading. */
export interface Section {
  /** Without marks. Empty when the text begins without a heading. */
  readonly heading: string;
  /** Its statements, each of which stands by itself on one line. */
  readonly statements: readonly string[];
  /** Its blocks of code, including the fences. */
  readonly code: readonly string[];
}

/** `# Words`, or a line in brackets, as plain texts have them. */
const HEADING = /^#{1,6}\s+(.*)$|^[[【〈《](.{1,60})[\]】〉》]$/u;
/** Closes a heading. From within a run it would be searched again from each place. */
const CLOSING = /(?<![\s#])[\s#]+$/u;
const FENCE = /^(```+|~~~+)/;

/**
 * Splits a text by its headings of any depth. It reads line by line in linear time: marked's lexer takes quadratic time
 * on a paragraph of one long line, and this runs in the process that serves all users.
 */
export const sectionsOf = (text: string): readonly Section[] => {
  const sections: { readonly heading: string; readonly lines: string[]; readonly code: string[] }[] = [];
  const open = (heading: string) => {
    const section = { heading, lines: [], code: [] };
    sections.push(section);
    return section;
  };
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const heading = HEADING.exec(line);
    const fence = FENCE.exec(line)?.[1];
    if (heading !== null) open(plain((heading[1] ?? heading[2] ?? "").replace(CLOSING, "")));
    else if (fence !== undefined) {
      const begin = at++;
      while (at < lines.length && !lines[at]?.startsWith(fence)) at++;
      (sections.at(-1) ?? open("")).code.push([...lines.slice(begin, at), fence].join("\n"));
    } else if (!line.startsWith("|")) (sections.at(-1) ?? open("")).lines.push(line); // A row means little without its header.
  }
  return sections.map(({ heading, lines, code }) => ({ heading, code, statements: statementsIn(lines) }));
};

const statementsIn = (lines: readonly string[]): readonly string[] =>
  statementsOf(lines.join("\n"))
    .map(bare)
    .filter((text) => /\p{L}/u.test(text) && !DRAWN.test(text));

/** Box-drawing characters and arrows: a drawing of characters is not a statement. */
const DRAWN = /[\u2500-\u259f◀▶◄►]/u;

/** Removes the mark of a list item or a quotation, and an unpaired mark of emphasis. */
const bare = (statement: string): string => {
  const text = statement.replace(/^(?:[-*+•>]\s+|\d{1,3}[.)]\s+|\[[ xX]\]\s+)+/, "");
  const isTorn = text.split("**").length % 2 === 0;
  return (isTorn ? text.replaceAll("**", "") : text).trim();
};

/** Removes the marks of emphasis, code and links. */
export const plain = (words: string): string =>
  words
    // Neither part holds `[`: a run of them would be searched from each.
    .replace(/!?\[([^[\]]*)\]\([^)[]*\)/g, "$1")
    // Not those within a name, such as `max_wait_`.
    .replace(/(?<![\p{L}\p{N}_`])_+|(?<!_)_+(?![\p{L}\p{N}_`])/gu, "")
    .replace(/[*`]+/g, "")
    .replace(/\s+/g, " ")
    .trim();
