import type { Random } from "./random.ts";

/** How the stand-in model goes on with an answer that was cut off. */
const SEAMS = ["exact", "repeats its last words", "repeats everything"] as const;
/** On which side of a word its white space is: a text that is cut off between two words ends with it or without. */
const SPACES = ["before", "after"] as const;

/** A question whose answer is known to the last letter. Its message says all of this, so the stand-in needs no memory. */
export interface Question {
  /** Unique among all questions of a stand-in. */
  readonly id: string;
  /** How many rounds end with a call of the tool, before the last one. */
  readonly calls: number;
  /** Of each round. */
  readonly words: number;
  readonly pauseMs: number;
  readonly seam: (typeof SEAMS)[number];
  readonly space: (typeof SPACES)[number];
}

/** How long an answer is, by the fewest and the most. */
export interface Size {
  readonly words: readonly [number, number];
  readonly pauseMs: readonly [number, number];
}

export const questionFrom = (id: string, random: Random, { words, pauseMs }: Size): Question => ({
  id,
  calls: random.pick([0, 0, 1, 2]),
  words: random.between(...words),
  pauseMs: Math.round(random.between(...pauseMs)),
  seam: random.pick(SEAMS),
  space: random.pick(SPACES),
});

const PREFIX = "chaos ";

export const messageOf = (question: Question): string => PREFIX + JSON.stringify(question);

/** Null: the message is no such question. */
export const questionIn = (message: string): Question | null =>
  message.startsWith(PREFIX) ? (JSON.parse(message.slice(PREFIX.length)) as Question) : null;

/** The words of a round, each with its white space. No two are alike, and now and then a paragraph ends. */
export const wordsOf = ({ words, space }: Question, round: number): readonly string[] =>
  Array.from({ length: words }, (_, at) => {
    const word = `${at % 5 === 3 ? "여울" : "word"}${round}.${at}`;
    if (space === "before") return at === 0 ? word : `${at % 7 === 0 ? "\n\n" : " "}${word}`;
    return at === words - 1 ? word : `${word}${at % 7 === 6 ? "\n\n" : " "}`;
  });

/** The text of a round, from 0. */
export const roundText = (question: Question, round: number): string => wordsOf(question, round).join("");

/** The whole answer: rounds are paragraphs. */
export const answerTo = (question: Question): string =>
  Array.from({ length: question.calls + 1 }, (_, round) => roundText(question, round)).join("\n\n");

/** What the tool says. */
export const toolOutput = (id: string, call: number): { readonly counted: string } => ({ counted: `${id}/${call}` });
