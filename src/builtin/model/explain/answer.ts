import type { Locale } from "../../../domain/run.ts";

/** One sentence in both languages; the reader's is chosen at the end. */
export type Say = (texts: Readonly<Record<Locale, string>>) => string;
export const sayIn =
  (locale: Locale): Say =>
  (texts) =>
    texts[locale];

/** An answer in Markdown: paragraphs, then the result in bold as the last line. */
export const answer = (paragraphs: readonly string[], result: string): string =>
  [...paragraphs.filter((text) => text !== ""), `**${result.replaceAll("*", "·").replaceAll("\n", " ")}**`].join(
    "\n\n",
  );

/** What is told in place of an answer: none of it is bold, since bold is for results, and its last line says that there is none. */
export const unanswered = (paragraphs: readonly string[], line: string): string =>
  [...paragraphs, line]
    .filter((text) => text !== "")
    .join("\n\n")
    .replace(/\*{2,}/g, "*");

export const numbered = (steps: readonly string[]): string =>
  steps.map((step, index) => `${index + 1}. ${step}`).join("\n");
