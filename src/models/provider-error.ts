import { isRecord } from "../domain/json.ts";

/** How much of a provider's own words is stored, in characters. */
const MAX_WORDS = 2_000;
/** The values of these are codes, not sentences. */
const CODES = ["code", "type", "status", "reason"] as const;
/** Words such as `rate_limit_error` and `RESOURCE_EXHAUSTED`; no key looks like that. */
const CODE = /^(?=.{1,64}$)(?:[a-z]+(?:_[a-z]+)*|[A-Z]+(?:_[A-Z]+)*)$/;

/**
 * A provider's account of its failure. Providers quote what they refuse, including the prompt and the key. So the
 * message, which goes to the log, contains only codes, such as `HTTP 400 (context_length_exceeded)`.
 */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
  /** Private, so that nothing that prints an error's properties can reach it. */
  readonly #words: string;
  /** The failure's codes, such as `rate_limit_error`. */
  readonly codes: readonly string[];

  /**
   * `what` is in our words. Of the provider's, the first 2,000 characters are stored. `status` is that of the HTTP
   * response, or the one that a stream reports; undefined when there is none.
   */
  constructor(
    what: string,
    words: string,
    readonly status?: number,
  ) {
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

/**
 * Redaction does not recognize half a key, and half a key leaks it. So the word that the cut went through is removed.
 */
const withoutCutEnd = (cut: string): string => {
  let end = cut.length;
  while (end > 0 && /[\w.~+/=:-]/.test(cut.charAt(end - 1))) end -= 1;
  return cut.slice(0, end) + "*".repeat(cut.length - end);
};

/** Returns the words of the provider behind an error; undefined when there is none. */
export const providerWords = (error: unknown): string | undefined => {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ProviderError) return cause.words;
  }
  return undefined;
};

/** OpenAI, Anthropic and Google all put the codes into an object `error`; others put them at the top level. */
const codesIn = (words: string): readonly string[] => {
  const report: unknown = parsed(words);
  const error = isRecord(report) && isRecord(report.error) ? report.error : report;
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
