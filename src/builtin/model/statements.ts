import { sentencesOf } from "../../domain/sentences.ts";
import { beginning } from "../../domain/text.ts";

/** Shorter statements mean nothing by themselves; longer ones are cut. In characters. */
const SHORTEST = 4;
const LONGEST = 400;

const HEADING = /^#{1,6}\s|^(?:[=-]{3,}|[|:\s-]+)$/u;
const FENCE = /^(?:```|~~~)/u;
/** A line that stands by itself: an item of a list, a row of a table, a field and its value. */
const ITEM = /^(?:[-*+•]\s|\d{1,3}[.)]\s|\||[^.!?]{1,40}:\s)/u;

/**
 * Splits a passage into statements that can be quoted by themselves: sentences, items of lists, rows of tables. They
 * are verbatim, except that runs of white space become one space.
 */
export const statementsOf = (content: string): readonly string[] => {
  const statements: string[] = [];
  let paragraph: string[] = [];
  const close = () => {
    // A segmenter's iterator costs 6 µs, and a text may consist of blank lines.
    if (paragraph.length === 0) return;
    statements.push(...sentencesOf(paragraph.join(" ")));
    paragraph = [];
  };
  for (const raw of content.split("\n")) {
    const line = raw.replace(/\s+/gu, " ").trim();
    const isProse = line !== "" && !HEADING.test(line) && !FENCE.test(line);
    if (!isProse || ITEM.test(line)) close();
    // An item may continue on the lines below it.
    if (isProse) paragraph.push(line);
  }
  close();
  return statements.map((statement) => shortened(statement.trim())).filter(({ length }) => length >= SHORTEST);
};

const shortened = (statement: string): string => {
  if (statement.length <= LONGEST) return statement;
  const start = beginning(statement, LONGEST);
  const space = start.lastIndexOf(" ");
  return `${start.slice(0, space > LONGEST / 2 ? space : undefined)} …`;
};
