import type { Locale } from "../../../domain/run.ts";

/** Selects one sentence of two translations, in the reader's language. */
export type Wording = (texts: Readonly<Record<Locale, string>>) => string;
export const localizerFor =
  (locale: Locale): Wording =>
  (texts) =>
    texts[locale];

/** Formats an answer in Markdown: paragraphs, then the result in bold as the last line. */
export const answer = (paragraphs: readonly string[], result: string): string =>
  [...paragraphs.filter((text) => text !== ""), `**${result.replaceAll("*", "·").replaceAll("\n", " ")}**`].join(
    "\n\n",
  );

/**
 * Formats a reply without an answer. None of it is bold, since bold is for results, and its last line says that there
 * is no answer.
 */
export const unanswered = (paragraphs: readonly string[], line: string): string =>
  [...paragraphs, line]
    .filter((text) => text !== "")
    .join("\n\n")
    .replace(/\*{2,}/g, "*");

export const numbered = (steps: readonly string[]): string =>
  steps.map((step, index) => `${index + 1}. ${step}`).join("\n");
