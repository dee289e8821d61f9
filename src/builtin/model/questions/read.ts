import type { Task } from "../task.ts";
import { CALCULUS } from "./calculus.ts";
import { canonicalEnglish } from "./english.ts";
import { EQUATIONS } from "./equations.ts";
import { EXPRESSIONS } from "./expressions.ts";
import { GEOMETRY } from "./geometry.ts";
import { canonicalKorean } from "./korean.ts";
import { misunderstood, type Unread } from "./misunderstood.ts";
import { NUMBERS } from "./numbers.ts";
import { Match, type Rule } from "./rule.ts";
import { type Sentence, sentenceOf } from "./sentence.ts";

/** Longer than any question that this model could answer. It bounds the work for any input. In characters. */
const MAX_QUESTION = 4_000;

const RULES: readonly Rule[] = [...EXPRESSIONS, ...EQUATIONS, ...CALCULUS, ...NUMBERS, ...GEOMETRY];

/** The task of a question, or what of it was not understood. Null when it is not about mathematics. */
export type Reading = { readonly kind: "task"; readonly task: Task } | Unread | null;

const taskIn = (sentence: Sentence): Task | null => {
  const text = sentence.isKorean ? canonicalKorean(sentence.text) : canonicalEnglish(sentence.text);
  for (const { pattern, make } of RULES) {
    const found = pattern.exec(text);
    const task = found === null ? null : make(new Match(sentence, found.groups ?? {}));
    if (task !== null) return task;
  }
  return null;
};

/**
 * Reads a question in Korean, English or LaTeX. It accounts for every token: a rule matches a whole sentence or
 * nothing, and only words of closed lists that ask, greet or thank are removed before. So it never solves a mere part
 * of what was asked. Linear in the length of the text; never throws.
 */
export const read = (question: string): Reading => {
  if (question.length > MAX_QUESTION) return { kind: "unread", why: "long", part: "" };
  const sentence = sentenceOf(question);
  if (sentence === null) return { kind: "unread", why: "long", part: "" };
  const task = taskIn(sentence);
  return task === null ? misunderstood(sentence, RULES, (other) => taskIn(other) !== null) : { kind: "task", task };
};
