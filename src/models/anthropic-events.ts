import { isRecord } from "../domain/json.ts";
import type { Sieve } from "./event-sieve.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Passes the events, blocks and deltas of Anthropic's stream that an answer is made of, and no others: the API gets new
 * ones (https://docs.anthropic.com/en/docs/build-with-claude/streaming asks clients to skip them), and the SDK gives up
 * the answer over one. What only some servers of this wire send along, or leave out, is put right.
 */
export const anthropicSieve = (): Sieve => {
  /** The blocks that are left out. */
  const skipped = new Set<unknown>();
  let output = 0;
  return (data) => {
    const event = parsed(data);
    // Garbage is the parser's to refuse.
    if (!isRecord(event) || typeof event.type !== "string") return data;
    switch (event.type) {
      case "message_start":
        return JSON.stringify(started(event));
      case "message_delta":
        output = numberOf(recordOf(event.usage).output_tokens) || output;
        return JSON.stringify(ending(event, output));
      case "content_block_start":
        skipped.delete(event.index);
        if (BLOCKS.has(typeOf(event.content_block))) return data;
        skipped.add(event.index);
        return null;
      case "content_block_delta":
        return skipped.has(event.index) || !DELTAS.has(typeOf(event.delta)) ? null : data;
      case "content_block_stop":
        return skipped.delete(event.index) ? null : data;
      default:
        return OTHERS.has(event.type) ? data : null;
    }
  };
};

const BLOCKS: ReadonlySet<unknown> = new Set(["text", "thinking", "redacted_thinking", "tool_use"]);
const DELTAS: ReadonlySet<unknown> = new Set(["text_delta", "thinking_delta", "signature_delta", "input_json_delta"]);
const OTHERS: ReadonlySet<string> = new Set(["message_stop", "error"]);

const typeOf = (value: unknown): unknown => (isRecord(value) ? value.type : undefined);

/** The SDK requires these counts to be numbers, which some servers leave out. */
const started = (event: Fields): Fields => {
  const { id, model, role, usage } = recordOf(event.message);
  return { type: event.type, message: { id, model, role, usage: { input_tokens: 0, ...countsOf(usage) } } };
};

const ending = (event: Fields, output_tokens: number): Fields => {
  const { stop_reason, stop_sequence } = recordOf(event.delta);
  const { thinking_tokens } = recordOf(recordOf(event.usage).output_tokens_details);
  const details = { output_tokens_details: { thinking_tokens: numberOf(thinking_tokens) } };
  const usage = { ...countsOf(event.usage), output_tokens, ...(thinking_tokens != null && details) };
  return { type: event.type, delta: { stop_reason, stop_sequence }, usage };
};

const COUNTS = ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"] as const;

/** Only those above zero: a later zero does not take a count back. */
const countsOf = (usage: unknown): Fields => {
  const counts = COUNTS.map((name) => [name, numberOf(recordOf(usage)[name])] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
};

const numberOf = (value: unknown): number => Number(value) || 0;

const recordOf = (value: unknown): Fields => (isRecord(value) ? value : {});

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
