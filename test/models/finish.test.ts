import { expect, test } from "bun:test";
import fc from "fast-check";
import { ModelError } from "../../src/models/contract.ts";
import { readFinish } from "../../src/models/finish.ts";

const read = (word: string): string | null => {
  const finish = readFinish(word);
  return finish instanceof ModelError ? finish.code : finish;
};

test.each([
  [
    ["stop", "STOP", "end_turn", "endTurn", "eos", "eos_token", "stop_sequence", "complete", "COMPLETE", "a_new_word"],
    "stop",
  ],
  [["length", "max_tokens", "MAX_TOKENS", "maxTokens", "max_output_tokens", "model_length", "token_limit"], "length"],
  [["tool_calls", "tool_use", "TOOL_CALL", "function_call"], "tool_calls"],
  [
    [
      "content_filter",
      "content-filter",
      "content_filtered",
      "contentFilter",
      "SAFETY",
      "RECITATION",
      "BLOCKLIST",
      "PROHIBITED_CONTENT",
      "SPII",
      "sensitive",
      "refusal",
      "ERROR_TOXIC",
      "guardrail_intervened",
    ],
    "model_refused",
  ],
  [
    [
      "network_error",
      "error",
      "ERROR",
      "abort",
      "aborted",
      "cancelled",
      "USER_CANCEL",
      "timeout",
      "insufficient_system_resource",
      "engine_overloaded",
      "MALFORMED_FUNCTION_CALL",
      "malformed_tool_use",
      "UNEXPECTED_TOOL_CALL",
      "TOO_MANY_TOOL_CALLS",
      "OTHER",
      "other",
      "FINISH_REASON_UNSPECIFIED",
      "unknown",
      "model_context_window_exceeded",
    ],
    "model_unavailable",
  ],
] as const)("%j are %s", (words, is) => {
  expect(words.map((word) => [word, read(word)])).toEqual(words.map((word) => [word, is]));
});

test.each(["", " ", "null", "None", "NONE"])("%j is no finish reason", (word) => {
  expect(read(word)).toBeNull();
});

test("a conversation that is too long is not retried, neither by us nor by the caller", () => {
  expect(readFinish("model_context_window_exceeded")).toMatchObject({ retryable: false, isRecoverable: false });
  expect(readFinish("network_error")).toMatchObject({ retryable: true, isRecoverable: true });
});

test("any finish reason is read, and none is quoted to users", () => {
  fc.assert(
    fc.property(fc.string(), (word) => {
      const finish = readFinish(`zq${word}`);
      if (finish instanceof ModelError) expect(finish.message).not.toContain("zq");
    }),
  );
});
