import { isRecord } from "../domain/json.ts";

/** Longest stretch of a provider's own words that is kept. */
const MAX_WORDS = 2_000;
/** Values of these are names of what went wrong, not sentences. */
const CODES = ["code", "type", "status", "reason"] as const;
/** Words such as `rate_limit_error` and `RESOURCE_EXHAUSTED`; no key looks like that. */
const CODE = /^(?=.{1,64}$)(?:[a-z]+(?:_[a-z]+)*|[A-Z]+(?:_[A-Z]+)*)$/;

/**
 * What a provider said of its failure. Providers quote what they refuse, the prompt and the key among it: so the message,
 * which goes to the log, holds nothing of it but codes, such as `HTTP 400 (context_length_exceeded)`.
 */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
  /** Out of the reach of whatever prints an error's properties. */
  readonly #words: string;
  /** What it is called, such as `rate_limit_error`. */
  readonly codes: readonly string[];

  /** `what` in our words. Of the provider's, the first 2,000 characters are kept. */
  constructor(what: string, words: string) {
    const codes = codesIn(words);
    super(codes.length === 0 ? what : `${what} (${codes.join(", ")})`);
    this.codes = codes;
    this.#words = words.length <= MAX_WORDS ? words : withoutCutEnd(words.slice(0, MAX_WORDS));
  }

  /** The provider's own words, for the log's debug level alone. */
  get words(): string {
    return this.#words;
  }
}

/** Half a key is found by nobody who takes keys out, and gives it away: what the cut went through is hidden. */
const withoutCutEnd = (cut: string): string => {
  let end = cut.length;
  while (end > 0 && /[\w.~+/=:-]/.test(cut.charAt(end - 1))) end -= 1;
  return cut.slice(0, end) + "*".repeat(cut.length - end);
};

/** The words of whatever provider stands behind an error; undefined: none does. */
export const providerWords = (error: unknown): string | undefined => {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ProviderError) return cause.words;
  }
  return undefined;
};

/** OpenAI, Anthropic and Google all put them into an object `error`; others say them at the top. */
const codesIn = (words: string): readonly string[] => {
  const told: unknown = parsed(words);
  const error = isRecord(told) && isRecord(told.error) ? told.error : told;
  if (!isRecord(error)) return [];
  const codes = CODES.map((name) => error[name]).filter((code) => typeof code === "string" && CODE.test(code));
  return [...new Set(codes as string[])];
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
