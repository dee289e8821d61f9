import { isRecord } from "../domain/json.ts";
import { isTokenCount, MAX_TOKENS, type Usage } from "../domain/run.ts";
import { tokensIn } from "../domain/tokens.ts";
import type { ModelMessage, ModelRequest } from "./contract.ts";

/** The counts of a call, as its provider reports them. */
export interface Counts {
  readonly input?: unknown;
  readonly output?: unknown;
  readonly cached?: unknown;
  readonly reasoning?: unknown;
}

/**
 * Collects the usage that a provider reports in the course of one answer: at its end, in every chunk, with zeros at the
 * end. The last count above zero is the one that holds. What can be no count, such as 1e300, was not reported.
 */
export class UsageReport {
  #input = 0;
  #output = 0;
  #cached = 0;
  #reasoning = 0;

  read({ input, output, cached, reasoning }: Counts): void {
    this.#input = count(input) || this.#input;
    this.#output = count(output) || this.#output;
    this.#cached = count(cached) || this.#cached;
    this.#reasoning = count(reasoning) || this.#reasoning;
  }

  get isEmpty(): boolean {
    return this.#input === 0 && this.#output === 0;
  }

  /** Returns the usage. What was not reported is estimated: the input from the request, the output by `answerTokens`. */
  usage(request: ModelRequest, answerTokens: number): Usage {
    const estimate =
      this.#input > 0 && (this.#output > 0 || answerTokens === 0) ? undefined : estimateUsage(request, answerTokens);
    const inputTokens = this.#input || (estimate?.inputTokens ?? 0);
    const outputTokens = this.#output || (estimate?.outputTokens ?? 0);
    return {
      inputTokens,
      outputTokens,
      ...partOf("cachedTokens", this.#cached, inputTokens),
      ...partOf("reasoningTokens", this.#reasoning, outputTokens),
      ...(estimate && { isEstimated: true }),
    };
  }
}

/** A part of a count. Left out when there is none, or it cannot be a part. */
const partOf = <K extends keyof Usage>(name: K, part: number, whole: number): { readonly [N in K]?: number } =>
  part > 0 && part <= whole ? ({ [name]: part } as { readonly [N in K]: number }) : {};

/** Estimates what a call has cost whose answer has `answerTokens` tokens, see `tokensIn`. */
export const estimateUsage = ({ system, messages, tools }: ModelRequest, answerTokens: number): Usage => {
  const given = [system, ...messages.map(wordsOf), ...tools.map((tool) => JSON.stringify(tool))];
  const input = given.reduce((sum, text) => sum + tokensIn(text), 0);
  return {
    inputTokens: Math.min(MAX_TOKENS, Math.ceil(input)),
    outputTokens: Math.min(MAX_TOKENS, Math.ceil(answerTokens)),
    isEstimated: true,
  };
};

const wordsOf = (message: ModelMessage): string => {
  switch (message.role) {
    case "user":
      return message.content;
    case "assistant":
      return message.toolCalls.length === 0 ? message.content : message.content + JSON.stringify(message.toolCalls);
    case "tool":
      return JSON.stringify(message.output) ?? "";
  }
};

/** The counts of a chat-completions usage object, under the names that servers use. */
export const chatCounts = (usage: Readonly<Record<string, unknown>>): Counts => {
  const inputDetails = recordOf(usage.prompt_tokens_details ?? usage.input_tokens_details);
  const outputDetails = recordOf(usage.completion_tokens_details ?? usage.output_tokens_details);
  const input = usage.prompt_tokens ?? inputBesideCache(usage);
  const output = usage.completion_tokens ?? usage.output_tokens;
  const reasoning = outputDetails.reasoning_tokens ?? usage.reasoning_tokens;
  // xAI counts reasoning beside the output, and only the total shows it.
  const isBeside =
    count(reasoning) > 0 && count(usage.total_tokens) === count(input) + count(output) + count(reasoning);
  return {
    input,
    output: isBeside ? count(output) + count(reasoning) : output,
    cached:
      inputDetails.cached_tokens ??
      usage.cached_tokens ??
      usage.prompt_cache_hit_tokens ??
      usage.cache_read_input_tokens,
    reasoning,
  };
};

/** Under Anthropic's names, what was read from the cache and written to it stands beside the rest of the input. */
const inputBesideCache = (usage: Readonly<Record<string, unknown>>): unknown =>
  count(usage.input_tokens) === 0
    ? undefined
    : count(usage.input_tokens) + count(usage.cache_read_input_tokens) + count(usage.cache_creation_input_tokens);

const recordOf = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {});

/** A count, also as text. What is none is 0. */
const count = (value: unknown): number => {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return isTokenCount(number) ? number : 0;
};
