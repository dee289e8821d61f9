import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

/** A passage that a question is to be answered from. */
export interface QuotedPassage {
  readonly title: string;
  readonly content: string;
}

/** A question and the passages to answer it from. */
export interface QuotedQuestion {
  readonly question: string;
  /** Best first. */
  readonly passages: readonly QuotedPassage[];
}

const HEAD = "Passages from the user's documents, quoted as JSON, one a line:";
const QUESTION = "\n\nQuestion:\n";

const Line = Type.Object({ number: Type.Integer(), title: Type.String(), content: Type.String() });

/**
 * Returns the question as a model receives it, with its passages before it, numbered from 1. As JSON on one line each,
 * passages cannot break out of their own quotation, whatever they contain.
 */
export const withPassages = (question: string, passages: readonly QuotedPassage[]): string => {
  const lines = passages.map(
    ({ title, content }, index): Static<typeof Line> => ({ number: index + 1, title, content }),
  );
  return `${[HEAD, ...lines.map((line) => JSON.stringify(line))].join("\n")}${QUESTION}${question}`;
};

/** The inverse of `withPassages`. Null when the text has another origin. */
export const readPassages = (text: string): QuotedQuestion | null => {
  if (!text.startsWith(`${HEAD}\n`)) return null;
  const end = text.indexOf(QUESTION);
  if (end < 0) return null;
  const passages = text
    .slice(HEAD.length + 1, end)
    .split("\n")
    .map(readLine);
  if (!passages.every((passage) => passage !== null)) return null;
  return { question: text.slice(end + QUESTION.length), passages };
};

const readLine = (line: string): QuotedPassage | null => {
  try {
    const parsed: unknown = JSON.parse(line);
    return Value.Check(Line, parsed) ? { title: parsed.title, content: parsed.content } : null;
  } catch {
    return null;
  }
};
