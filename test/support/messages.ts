import fc from "fast-check";
import type { ModelMessage } from "../../src/models/contract.ts";

export const user = (content: string, images: readonly string[] = []): ModelMessage => ({
  role: "user",
  content,
  images,
});

export const assistant = (
  content: string,
  calls: readonly string[] = [],
  opaque?: { readonly model: string; readonly data: unknown },
): ModelMessage => ({
  role: "assistant",
  content,
  toolCalls: calls.map((id) => ({ id, name: "look", input: {} })),
  ...(opaque !== undefined && { opaque }),
});

export const result = (toolCallId: string, output: unknown = toolCallId, isError = false): ModelMessage => ({
  ...{ role: "tool", toolCallId, name: "look" },
  ...{ output, isError },
});

const text = fc.constantFrom("", " ", "\n\n", "a", "여울");
/** Few, so that they repeat; some of a form that a server refuses. */
const id = fc.constantFrom("c1", "c2", "functions.look:0", "c 3".repeat(30), "");
const name = fc.constantFrom("look", "a tool", "x".repeat(90), "");
const call = fc.record({ id, name, input: fc.jsonValue({ maxDepth: 1 }) });

/** Messages in any order, as no server takes them. */
export const anyMessages: fc.Arbitrary<readonly ModelMessage[]> = fc.array(
  fc.oneof(
    fc.record({ role: fc.constant("user" as const), content: text, images: fc.constantFrom([], ["data:,"]) }),
    fc.record({
      role: fc.constant("assistant" as const),
      content: text,
      toolCalls: fc.array(call, { maxLength: 3 }),
    }),
    fc.record({
      ...{ role: fc.constant("tool" as const), toolCallId: id, name },
      ...{ output: fc.jsonValue({ maxDepth: 1 }), isError: fc.boolean() },
    }),
  ),
  { maxLength: 12 },
);
