import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ChatAnswer } from "../../src/models/chat-answer.ts";
import { ModelError } from "../../src/models/contract.ts";

const read = (...events: readonly unknown[]): ChatAnswer => {
  let ids = 0;
  const answer = new ChatAnswer({
    model: "compatible:x",
    request: { system: "", messages: [], tools: [] },
    failureContext: { keyVariable: "K", now: () => 0 },
    newId: () => `new${++ids}`,
  });
  for (const event of events) answer.take(typeof event === "string" ? event : JSON.stringify(event));
  answer.end();
  return answer;
};
const delta = (content: object, finish_reason: string | null = null) => ({
  choices: [{ delta: content, finish_reason }],
});
const call = (pieces: readonly object[], finish = "tool_calls") =>
  read(...pieces.map((piece) => delta({ tool_calls: [piece] })), delta({}, finish)).parts;
const NOTHING = { inputTokens: 0, outputTokens: 0, isEstimated: true };

describe("differences between servers", () => {
  test("reasoning comes as reasoning_content or as reasoning, and empty deltas are ignored", () => {
    const { parts } = read(
      delta({ reasoning_content: "a", content: "" }),
      delta({ reasoning: "b", reasoning_content: null, content: null }),
      delta({ reasoning: "b", reasoning_content: "" }),
      delta({ content: "c" }, "stop"),
    );
    expect(parts.slice(0, 4)).toEqual([
      { type: "reasoning", delta: "a" },
      { type: "reasoning", delta: "b" },
      { type: "reasoning", delta: "b" },
      { type: "text", delta: "c" },
    ]);
  });

  test("Mistral's content is a list of parts", () => {
    const content = [
      { type: "thinking", thinking: [{ type: "text", text: "hm" }] },
      { type: "text", text: "yes" },
    ];
    expect(read(delta({ content }, "stop")).parts.slice(0, 2)).toEqual([
      { type: "reasoning", delta: "hm" },
      { type: "text", delta: "yes" },
    ]);
  });

  test("deltas of parallel calls are distinguished by their index", () => {
    expect(
      call([
        { index: 0, id: "a", function: { name: "f", arguments: '{"x"' } },
        { index: 1, id: "b", function: { name: "g", arguments: "" } },
        { index: 0, function: { arguments: ":1}" } },
        { index: 1, function: { arguments: "{}" } },
      ]).slice(0, 2),
    ).toEqual([
      { type: "tool_call", id: "a", name: "f", input: { x: 1 } },
      { type: "tool_call", id: "b", name: "g", input: {} },
    ]);
  });

  test("complete calls without an index, or all with index 0, are separate calls", () => {
    const whole = [
      { id: "a", function: { name: "f", arguments: '{"x":1}' } },
      { id: "b", function: { name: "f", arguments: '{"x":2}' } },
    ];
    const expected = [
      { type: "tool_call", id: "a", name: "f", input: { x: 1 } },
      { type: "tool_call", id: "b", name: "f", input: { x: 2 } },
    ];
    expect(call(whole).slice(0, 2)).toEqual(expected as never);
    expect(call(whole.map((one) => ({ ...one, index: 0 }))).slice(0, 2)).toEqual(expected as never);
  });

  test("an id that is repeated with every delta, or comes late, names one call", () => {
    expect(
      call([
        { index: 0, id: "a", function: { name: "f", arguments: "{" } },
        { index: 0, id: "a", function: { name: "f", arguments: "}" } },
      ])[0],
    ).toEqual({ type: "tool_call", id: "a", name: "f", input: {} });
    expect(
      call([
        { index: 0, function: { name: "f" } },
        { index: 0, id: "late", function: {} },
      ]),
    ).toHaveLength(2);
  });

  test("without any index, a delta without a name continues the last call", () => {
    const pieces = [{ id: "a", function: { name: "f", arguments: "{" } }, { function: { arguments: "}" } }];
    expect(call(pieces)[0]).toEqual({ type: "tool_call", id: "a", name: "f", input: {} });
  });

  test("a call without an id gets one", () => {
    expect(call([{ index: 0, function: { name: "f", arguments: "{}" } }])[0]).toMatchObject({ id: "new1" });
  });

  test("arguments that are not JSON stay text", () => {
    expect(call([{ index: 0, id: "a", function: { name: "f", arguments: '{"x":' } }], "length")).toEqual([
      { type: "tool_call", id: "a", name: "f", input: '{"x":' },
      { type: "finish", reason: "length", usage: { inputTokens: 0, outputTokens: 2, isEstimated: true } },
    ]);
  });

  test("a call with finish reason stop counts as a call", () => {
    expect(call([{ index: 0, id: "a", function: { name: "f" } }], "stop").at(-1)).toMatchObject({
      reason: "tool_calls",
    });
  });

  test("usage may come in any chunk, and the last one counts", () => {
    const usage = (prompt_tokens: unknown, completion_tokens: unknown) => ({
      usage: { prompt_tokens, completion_tokens },
    });
    expect(
      read({ ...delta({ content: "a" }), ...usage(9, 1) }, { ...delta({}, "stop"), ...usage(9, 2) }).parts[1],
    ).toMatchObject({ usage: { inputTokens: 9, outputTokens: 2 } });
    expect(read(delta({}, "stop"), { choices: [], ...usage(-1, "many") }).parts[0]).toMatchObject({ usage: NOTHING });
  });

  test("nothing is read after [DONE]", () => {
    const { parts } = read(delta({}, "stop"), "[DONE]", delta({ content: "late" }), "[DONE]");
    expect(parts).toEqual([{ type: "finish", reason: "stop", usage: NOTHING }]);
  });
});

describe("the end of an answer", () => {
  test.each([
    ["a refusal", delta({ refusal: "I won't." }), "model_refused"],
    ["a content filter", delta({}, "content_filter"), "model_refused"],
    ["an error", { error: { message: "oops" } }, "model_unavailable"],
    ["an error beside choices", { ...delta({}, "error"), error: { code: 429 } }, "model_rate_limited"],
    ["a finish that is an error", delta({}, "error"), "model_unavailable"],
    ["garbage", "{", "model_unavailable"],
    ["[DONE] without a finish", "[DONE]", "model_unavailable"],
  ])("%s: parts before it are emitted, parts after it are not", (_, event, code) => {
    const answer = read(delta({ content: "before" }), event, delta({ content: "after" }, "stop"));
    expect(answer.parts).toEqual([{ type: "text", delta: "before" }]);
    expect(answer.failure).toMatchObject({ code });
    expect(answer.over).toBe(true);
  });

  test("for any JSON, an answer either finishes last and once or fails", () => {
    const junk = fc.constantFrom<unknown>(null, "", "stop", "constructor", "{}", 0, 7, true, [], {}, [null], [7]);
    const of = (model: Record<string, fc.Arbitrary<unknown>>) =>
      fc.oneof({ weight: 9, arbitrary: fc.record(model, { requiredKeys: [] }) }, junk);
    const list = (item: fc.Arbitrary<unknown>) => fc.array(item, { maxLength: 2 });
    const pieces = list(of({ index: junk, id: junk, function: of({ name: junk, arguments: junk }) }));
    const content = fc.oneof(junk, list(of({ type: fc.constantFrom("text", "thinking"), text: junk, thinking: junk })));
    const parts = of({ content, reasoning: junk, tool_calls: pieces });
    const choice = of({ delta: parts, finish_reason: junk });
    const json = of({ choices: list(choice), usage: of({ prompt_tokens: junk }), error: fc.constantFrom(null, 0) });
    fc.assert(
      fc.property(fc.array(fc.oneof(json, fc.constant(delta({}, "stop"))), { maxLength: 6 }), (events) => {
        const answer = read(...events.map((event) => JSON.stringify(event)));
        const finishes = answer.parts.filter(({ type }) => type === "finish").length;
        expect(answer.over).toBe(true);
        if (answer.failure === undefined) expect([finishes, answer.parts.at(-1)?.type]).toEqual([1, "finish"]);
        else expect([finishes, answer.failure instanceof ModelError]).toEqual([0, true]);
        for (const part of answer.parts) {
          if (part.type === "text" || part.type === "reasoning") expect(typeof part.delta).toBe("string");
          if (part.type === "tool_call") expect([typeof part.id, typeof part.name]).toEqual(["string", "string"]);
        }
      }),
    );
  });
});
