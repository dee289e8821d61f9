import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ChatAnswer } from "../../src/models/chat-answer.ts";

const answerOf = (...events: readonly object[]): ChatAnswer => {
  let ids = 0;
  const answer = new ChatAnswer({
    model: "compatible:x",
    request: { system: "", messages: [], tools: [] },
    failureContext: { keyVariable: "K", now: () => 0 },
    newId: () => `new${++ids}`,
  });
  for (const event of events) answer.take(JSON.stringify(event));
  answer.end();
  return answer;
};

/** The calls that deltas of these fields make. */
const callsOf = (...deltas: readonly object[]) =>
  answerOf(...deltas.map((delta) => ({ choices: [{ delta }] })), { choices: [{ delta: {}, finish_reason: "stop" }] })
    .parts.filter((part) => part.type === "tool_call")
    .map(({ id, name, input }) => ({ id, name, input }));

const piecesOf = (...pieces: readonly object[]) => callsOf(...pieces.map((piece) => ({ tool_calls: [piece] })));

const A = { id: "a", name: "f", input: { x: 1 } };
const B = { id: "b", name: "g", input: { y: 2 } };
const fn = (name: string | undefined, args?: unknown) => ({
  function: { ...(name !== undefined && { name }), ...(args !== undefined && { arguments: args }) },
});

describe("a tool call may have any usual shape", () => {
  test.each([
    ["arguments as an object", [{ index: 0, id: "a", ...fn("f", { x: 1 }) }]],
    ["a JSON string in a string", [{ index: 0, id: "a", ...fn("f", '"{\\"x\\":1}"') }]],
    [
      "an empty object first",
      [
        { index: 0, id: "a", ...fn("f", {}) },
        { index: 0, ...fn(undefined, '{"x":1}') },
      ],
    ],
    ["pieces without an index", [{ id: "a", ...fn("f", '{"x"') }, fn(undefined, ":1}")]],
    [
      "pieces without an index, id and name in each",
      [
        { id: "a", ...fn("f", '{"x"') },
        { id: "a", ...fn("f", ":1}") },
      ],
    ],
    [
      "pieces without an index, the id in each",
      [
        { id: "a", ...fn("f", '{"x"') },
        { id: "a", ...fn(undefined, ":1}") },
      ],
    ],
    ["pieces without an index, the name in each", [{ id: "a", ...fn("f", '{"x"') }, fn("f", ":1}")]],
    [
      "a null index",
      [
        { index: null, id: "a", ...fn("f", '{"x"') },
        { index: null, ...fn(undefined, ":1}") },
      ],
    ],
    [
      "an index as text",
      [
        { index: "0", id: "a", ...fn("f", '{"x"') },
        { index: "0", ...fn(undefined, ":1}") },
      ],
    ],
    [
      "a late id",
      [
        { index: 0, ...fn("f", '{"x":1}') },
        { index: 0, id: "a", ...fn(undefined) },
      ],
    ],
    [
      "the name in every piece",
      [
        { index: 0, id: "a", ...fn("f", '{"x"') },
        { index: 0, id: "a", ...fn("f", ":1}") },
      ],
    ],
    ["no function around its fields", [{ index: 0, id: "a", name: "f", arguments: { x: 1 } }]],
    [
      "the arguments once more at the end",
      [
        { index: 0, id: "a", ...fn("f", '{"x":1}') },
        { index: 0, ...fn("f", '{"x":1}') },
      ],
    ],
    [
      "an empty piece at the end",
      [
        { index: 0, id: "a", ...fn("f", '{"x":1}') },
        { index: 1, id: "", ...fn("", "") },
      ],
    ],
  ])("%s", (_, pieces) => {
    expect(piecesOf(...pieces)).toEqual([A]);
  });

  test("a list that is one object, and arguments that are not text", () => {
    expect(callsOf({ tool_calls: { id: "a", ...fn("f", { x: 1 }) } })).toEqual([A]);
    expect(piecesOf({ id: "a", ...fn("f", null) })).toEqual([{ ...A, input: {} }]);
  });

  test("a name in pieces, or repeated and growing", () => {
    expect(piecesOf({ index: 0, id: "a", ...fn("get_") }, { index: 0, ...fn("x", "{}") })).toMatchObject([
      { name: "get_x" },
    ]);
    expect(piecesOf({ index: 0, id: "a", ...fn("ge") }, { index: 0, ...fn("get_x", "{}") })).toMatchObject([
      { name: "get_x" },
    ]);
  });

  test("a function_call, whole or in pieces, counts once when tool_calls repeat it", () => {
    const made = { id: "new1", name: "f", input: { x: 1 } };
    expect(callsOf({ function_call: { name: "f", arguments: '{"x":1}' } })).toEqual([made]);
    expect(callsOf({ function_call: { name: "f" } }, { function_call: { arguments: '{"x":1}' } })).toEqual([made]);
    const both = {
      tool_calls: [{ id: "a", ...fn("f", '{"x":1}') }],
      function_call: { name: "f", arguments: '{"x":1}' },
    };
    expect(callsOf(both)).toEqual([A]);
  });

  test("two calls stay two, with or without indexes, ids and names of their own", () => {
    const [a, b] = [fn("f", '{"x":1}'), fn("g", '{"y":2}')];
    expect(piecesOf({ id: "a", ...a }, { id: "b", ...b })).toEqual([A, B]);
    expect(piecesOf(a, b)).toEqual([
      { ...A, id: "new1" },
      { ...B, id: "new2" },
    ]);
    expect(piecesOf({ index: 0, ...a }, { index: 0, ...b })).toEqual([
      { ...A, id: "new1" },
      { ...B, id: "new2" },
    ]);
    expect(piecesOf(a, a)).toHaveLength(2);
    // Results go back by the id.
    expect(piecesOf({ index: 0, id: "a", ...a }, { index: 1, id: "a", ...b })).toEqual([A, { ...B, id: "new1" }]);
  });

  test("calls are the same however their arguments are cut, with and without indexes", () => {
    const cuts = fc.array(fc.nat(40), { maxLength: 5 });
    const value = fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue(), { maxKeys: 3 });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, cuts), { minLength: 1, maxLength: 3 }), fc.boolean(), (calls, hasIndex) => {
        const pieces = calls.flatMap(([input, bounds], index) => {
          const text = JSON.stringify(input);
          const ends = [...bounds.map((cut) => Math.min(cut, text.length)).toSorted((a, b) => a - b), text.length];
          return ends.map((end, at) => ({
            ...(hasIndex && { index }),
            ...(at === 0 && { id: `c${index}` }),
            ...fn(at === 0 ? "f" : undefined, text.slice(at === 0 ? 0 : ends[at - 1], end)),
          }));
        });
        expect(piecesOf(...pieces)).toEqual(
          calls.map(([input], index) => ({
            id: `c${index}`,
            name: "f",
            input: JSON.parse(JSON.stringify(input)) as unknown,
          })),
        );
      }),
    );
  });
});

describe("an answer comes as a message", () => {
  const message = {
    role: "assistant",
    content: "Hi.",
    reasoning_content: "hm",
    tool_calls: [{ id: "a", ...fn("f", '{"x":1}') }],
  };
  const whole = [
    { type: "reasoning", delta: "hm" },
    { type: "text", delta: "Hi." },
    { type: "tool_call", ...A },
  ];

  test("in one event", () => {
    expect(answerOf({ choices: [{ message, finish_reason: "tool_calls" }] }).parts.slice(0, 3)).toEqual(whole as never);
  });

  test("in pieces that are called messages", () => {
    const answer = answerOf(
      { choices: [{ message: { content: "H" } }] },
      { choices: [{ message: { content: "i." }, finish_reason: "stop" }] },
    );
    expect(answer.parts.slice(0, 2)).toEqual([
      { type: "text", delta: "H" },
      { type: "text", delta: "i." },
    ]);
  });

  test("after its deltas, which it only repeats", () => {
    const answer = answerOf(
      { choices: [{ delta: { content: "Hi." } }] },
      { choices: [{ message, finish_reason: "stop" }] },
    );
    expect(answer.parts.map(({ type }) => type)).toEqual(["text", "finish"]);
  });
});
