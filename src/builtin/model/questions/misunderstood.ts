import { ENGLISH_FILLERS } from "./english.ts";
import { KOREAN_FILLERS } from "./korean.ts";
import type { Rule } from "./rule.ts";
import { type Sentence, sentenceFrom } from "./sentence.ts";

/** A question about mathematics that was not understood as a whole. */
export interface Unread {
  readonly kind: "unread";
  /**
   * `part`: the model does not understand this part. `ambiguous`: the part has two meanings. `whole`: every part is
   * known, but not how they combine. `long`: the question is longer than any that the model could answer.
   */
  readonly why: "part" | "ambiguous" | "whole" | "long";
  /** The part as it stands in the question, with signs and LaTeX in plain notation. */
  readonly part: string;
  readonly readings?: readonly string[];
}

const MAX_SHOWN = 60;

/** The words of the rules, extracted once from their patterns. */
class Vocabulary {
  readonly english: ReadonlySet<string>;
  readonly #korean: readonly string[];

  constructor(rules: readonly Rule[]) {
    const sources = rules.map(({ source }) => source.replace(/\(\?<\w+>|\{\w+\+?\}/g, " ")).join(" ");
    this.english = new Set([...(sources.match(/[a-z]+/g) ?? []), ...ENGLISH_FILLERS, "and"]);
    const korean = new Set([
      ...(sources.match(/[가-힣]+/g) ?? []),
      ...KOREAN_FILLERS,
      ..."을를은는이가의와과로때일인",
      "하고",
      "이랑",
      "그리고",
      "에서",
      "으로",
    ]);
    this.#korean = [...korean].sort((a, b) => b.length - a.length);
  }

  /** Whether a Korean word can be composed of known words. */
  isKorean(word: string): boolean {
    if (word.length > 40) return false;
    const reachable = [true];
    for (let end = 1; end <= word.length; end++)
      reachable[end] = this.#korean.some(
        (known) => reachable[end - known.length] === true && word.slice(0, end).endsWith(known),
      );
    return reachable[word.length] === true;
  }
}

let vocabulary: Vocabulary | undefined;

/** Words that only mathematics uses. */
const TOPICAL =
  /미분|적분|극한|방정식|부등식|인수분해|전개|약수|배수|제곱|넓이|부피|나머지|확률|행렬|표준편차|분산|도함수|더하|곱하|나누|[^가-힣]평균|\b(?:solve|derivative|integra\w*|equation\w*|inequalit\w*|factori[sz]\w*|determinant|median|variance|mean|average|gcd|lcm|sqrt|prove|proof|percent|sum|product|prime|divisors?|roots?|squared?|cubed?|remainder|probability|area|volume)\b|증명/i;
const SIGN = /[-+*/^=<>≤≥≠√∫∑%±!°]/;
/** Dates, telephone numbers and versions: in a sentence of words their signs do not compute. */
const CODE = /\d+(?:[-./:]\d+){2,}/g;

/** Whether the span at a place, which could not be read, has the signs of a formula. */
const hasSigns = (spans: Sentence["spans"], at: number): boolean => {
  const { text = "" } = spans[at] ?? {};
  const bare = spans.some(({ kind }) => kind === "word") ? text.replace(CODE, " ") : text;
  // The hyphen of a compound, such as "3-day".
  const rest = spans[at + 1]?.kind === "word" ? bare.replace(/-$/, "") : bare;
  return SIGN.test(rest) || /\d\D+\d/.test(rest);
};

/** Whether a sentence is about mathematics: it has a formula, several numbers, or a word that only mathematics uses. */
const isAboutMaths = ({ spans, text }: Sentence): boolean => {
  const numbers = spans.filter((span) => span.kind === "expression" && span.form === "number").length;
  return (
    numbers > 1 ||
    TOPICAL.test(text) ||
    spans.some(
      (span, at) =>
        span.kind === "comparison" ||
        span.kind === "derivative" ||
        (span.kind === "unread" && (span.readings.length > 0 || hasSigns(spans, at))) ||
        (span.kind === "expression" && span.form !== "number" && span.form !== "name"),
    )
  );
};

const shown = (text: string): string => {
  const line = text
    .replace(/\s+/g, " ")
    // Restores the original spelling: see `spoken.ts`.
    .replace(/\bderivative(a+)([fghy])\b/g, (_all, primes: string, of: string) => of + "'".repeat(primes.length))
    .replaceAll("`", "'")
    .replaceAll("**", "^")
    .trim();
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)} …` : line;
};

/** Marks that only separate and end sentences. */
const PUNCTUATION = /^[\s,.;:?!~()"'`]$/;

/** Returns the sentence without some of its spans. */
const without = (sentence: Sentence, from: number, count: number): Sentence =>
  sentenceFrom(
    sentence.spans.filter((_, at) => at < from || at >= from + count),
    sentence.isSpoken,
  );

const MAX_TRIED = 24;
/** Returns the words without which the sentence could be read. They are not understood. */
const obstacle = (sentence: Sentence, isReadable: (sentence: Sentence) => boolean): string | null => {
  const { spans } = sentence;
  if (spans.length > MAX_TRIED) return null;
  for (const count of [1, 2, 3])
    for (let from = 0; from + count <= spans.length; from++) {
      const part = spans.slice(from, from + count);
      if (part.some(({ kind }) => kind === "word") && isReadable(without(sentence, from, count)))
        return part.map(({ text }) => text).join(" ");
    }
  return null;
};

/**
 * Returns the part of a sentence that prevents any rule from matching. Null when the sentence is not about mathematics.
 * @param isReadable Whether a rule matches a sentence.
 */
export const misunderstood = (
  sentence: Sentence,
  rules: readonly Rule[],
  isReadable: (sentence: Sentence) => boolean,
): Unread | null => {
  if (!isAboutMaths(sentence)) return null;
  vocabulary ??= new Vocabulary(rules);
  const { english } = vocabulary;
  for (const [at, span] of sentence.spans.entries()) {
    if (span.kind !== "unread") continue;
    if (span.readings.length > 0)
      return { kind: "unread", why: "ambiguous", part: shown(span.text), readings: span.readings };
    // A lone sign stands for a word, and people cannot place it without its neighbours.
    const isSign = /^[-+*/=]$/.test(span.text);
    const around = isSign ? sentence.spans.slice(Math.max(0, at - 1), at + 2) : [span];
    return { kind: "unread", why: "part", part: shown(around.map(({ text }) => text).join(" ")) };
  }
  const unknown = sentence.spans.filter((span) => {
    if (span.kind === "mark") return !PUNCTUATION.test(span.text);
    if (span.kind !== "word") return false;
    return !(/[가-힣]/.test(span.text) ? vocabulary?.isKorean(span.text) : english.has(span.text.toLowerCase()));
  });
  if (unknown.length > 0)
    return {
      kind: "unread",
      why: "part",
      part: shown(
        unknown
          .slice(0, 4)
          .map(({ text }) => text)
          .join(" … "),
      ),
    };
  const part = obstacle(sentence, isReadable);
  if (part !== null) return { kind: "unread", why: "part", part: shown(part) };
  return { kind: "unread", why: "whole", part: shown(sentence.spans.map(({ text }) => text).join(" ")) };
};
