import { stemOf, tellingTerms } from "./keywords.ts";
import type { Section } from "./sections.ts";
import { textRank } from "./text-rank.ts";

/** So many statements of a text are compared with each other; of a long one, some from all of its parts. */
const MAX_COMPARED = 200;

export interface Ranked {
  readonly text: string;
  readonly section: Section;
  /** How much it says of what the text says; comparable within the text. */
  readonly rank: number;
}

/** What a text states, in its order. A statement that is there twice counts once. */
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

/** The `most` that say most, in the order of the text. */
export const best = (statements: readonly Ranked[], most: number): readonly Ranked[] => {
  const chosen = new Set(statements.toSorted((one, other) => other.rank - one.rank).slice(0, most));
  return statements.filter((statement) => chosen.has(statement));
};
