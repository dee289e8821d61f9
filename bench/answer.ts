/**
 * Names of the stand-in's answers, shared by client and stand-in: `paced-400x20` is an answer of 400 tokens at 20 a
 * second, and `quiet` sends nothing until the stand-in is told to release it. The name travels in the question or as
 * the model's name.
 */
export interface Answer {
  readonly tokens: number;
  /** Tokens a second, 1–1,000; 0 holds the answer back until it is released. */
  readonly rate: number;
}

/**
 * `^`. Occurs once in each token and nowhere else on any wire or in the store, so counting this byte counts tokens,
 * however chunks are split.
 */
export const MARK = 0x5e;

export const QUIET: Answer = { tokens: 1, rate: 0 };

export const nameOf = (answer: Answer): string =>
  answer.rate === 0 ? "quiet" : `paced-${answer.tokens}x${answer.rate}`;

/** Returns the first answer named in the text; undefined when there is none or its numbers are out of bounds. */
export const answerIn = (text: string): Answer | undefined => {
  const match = /\bquiet\b|\bpaced-(\d{1,6})x(\d{1,4})\b/.exec(text);
  if (match === null) return undefined;
  if (match[1] === undefined) return QUIET;
  const answer = { tokens: Number(match[1]), rate: Number(match[2]) };
  return answer.tokens >= 1 && answer.rate >= 1 && answer.rate <= 1000 ? answer : undefined;
};

/** The text of the `index`th token, counted from 1; token 0 is `firstToken`. */
export const tokenText = (index: number): string => `^${index.toString(36)} `;

/**
 * The first token carries the time that the stand-in itself took for it, in milliseconds. A client subtracts this from
 * its own waiting time to get what the relay added, without a clock shared between processes.
 */
export const firstToken = (ownMs: number): string => `^t=${ownMs.toFixed(3)} `;

/** Returns the stand-in's own milliseconds once the first token is complete. */
export const ownMsIn = (text: string): number | undefined => {
  const match = /\^t=(\d+\.\d{3}) /.exec(text);
  return match === null ? undefined : Number(match[1]);
};

/** Whether the text is the complete answer, with every token in order. */
export const isWhole = (text: string, answer: Answer): boolean => {
  const [first, ...rest] = text.split(/(?<= )/);
  return (
    first !== undefined &&
    ownMsIn(first) !== undefined &&
    rest.length === answer.tokens - 1 &&
    rest.every((token, index) => token === tokenText(index + 1))
  );
};
