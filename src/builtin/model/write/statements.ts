import { stemOf, tellingTerms } from "./keywords.ts";
import type { Section } from "./sections.ts";
import { textRank } from "./text-rank.ts";

/** The most statements of a text that are compared. Of a longer text they are sampled evenly. */
const MAX_COMPARED = 200;

export interface Ranked {
  readonly text: string;
  readonly section: Section;
  /** How central the statement is to the text. Comparable within one text. */
  readonly rank: number;
}

/** Returns the statements of a text in its order. Duplicates count once. */
export const rankedStatements = (sections: readonly Section[]): readonly Ranked[] => {
  const seen = new Set<string>();
  const all = sections
    .flatMap((section) => section.statements.map((text) => ({ text, section })))
    .filter(({ text }) => !seen.has(text) && seen.add(text));
  const step = Math.max(1, all.length / MAX_COMPARED);
  const statements = all.filter((_, at) => Math.floor(at / step) !== Math.floor((at - 1) / step));
  const ranks = textRank(statements.map(({ text }) => new Set(tellingTerms(text).map(stemOf))));
  return statements.map((statement, at) => ({ ...statement, rank: ranks[at] ?? 0 }));
};

/** Returns the `most` highest-ranked statements, in the order of the text. */
export const best = (statements: readonly Ranked[], most: number): readonly Ranked[] => {
  const chosen = new Set(statements.toSorted((one, other) => other.rank - one.rank).slice(0, most));
  return statements.filter((statement) => chosen.has(statement));
};
