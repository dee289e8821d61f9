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

export const numbered = (steps: readonly string[]): string =>
  steps.map((step, index) => `${index + 1}. ${step}`).join("\n");
