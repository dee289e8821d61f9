import { expect, test } from "bun:test";
import type { ModelPart } from "../../src/models/contract.ts";
import { measureBlocking } from "../support/measure-blocking.ts";
import { replyOf } from "../support/model-server.ts";
import { type Driver, failureFrom, HELLO, partsFrom, type Start, textOf } from "./model-kit.ts";

/**
 * CPU between two turns of the event loop, in milliseconds. On a quiet machine it is 5 to 40; the faults that this
 * finds took seconds.
 */
const MAX_BLOCKED_MS = 250;

const MIB = 1024 * 1024;
const pieces = (piece: string, characters: number): string[] =>
  Array.from({ length: Math.ceil(characters / piece.length) }, () => piece);
const WORDS = "0123456789abcdef".repeat(2048);

/** The limits of an answer: a server that never ends must not fill the memory. */
export const modelBounds = ({ wire }: Driver, start: Start): void => {
  /** Lines sent in the place of binary messages are no excess: another try may bring messages. */
  const isOfLines = wire.contentType !== "application/vnd.amazon.eventstream";
  const call = (at: number, given: readonly string[] = ["{}"]) => ({ id: `call_${at}`, name: "solve", pieces: given });

  test.each([
    ["text", { text: pieces(WORDS, MIB + 1) }, "longer than 1048576 characters"],
    [
      "text of control characters",
      { text: pieces("\u0001".repeat(20_000), MIB / 6) },
      "longer than 1048576 characters",
    ],
    ["reasoning", { reasoning: pieces(WORDS, 2 * MIB + 1), text: [] }, "reasons for longer than 2097152"],
    ["calls", { calls: Array.from({ length: 129 }, (_, at) => call(at)) }, "more than 128 tool calls"],
    [
      "arguments",
      { calls: [call(1, ['{"equation":"', ...pieces(WORDS, MIB), '"}'])] },
      "more than 1048576 characters of arguments",
    ],
    ["depth in its arguments", { calls: [call(1, [`{"a":${"[".repeat(600)}${"]".repeat(600)}}`])] }, "deeper than 512"],
    [
      "length in its calls' names",
      { calls: [1, 2, 3].map((at) => ({ ...call(at), name: "n".repeat(400_000) })) },
      "more than 1048576 characters of arguments",
    ],
    [
      "length in its calls' ids",
      { calls: [1, 2, 3].map((at) => ({ ...call(at), id: `${at}`.repeat(400_000) })) },
      "more than 1048576 characters of arguments",
    ],
    [
      "values in its arguments",
      { calls: [call(1, ['{"equation":[', ...pieces("{},".repeat(8_000), 300_000), "{}]}"])] },
      "more than 50000 values",
    ],
    [
      "values in all of its arguments",
      { calls: [1, 2, 3].map((at) => call(at, ['{"equation":[', ...pieces("{},".repeat(4_000), 120_000), "{}]}"])) },
      "more than 50000 values",
    ],
  ] as const)(
    "an answer with too much %s fails with a message that says so, and is not retried",
    async (_, answer, words) => {
      const { server, model } = start();
      server.reply(replyOf(wire, { ...HELLO, finish: "tool_calls", ...answer }));
      const { error } = await failureFrom(model);
      expect(error).toMatchObject({ code: "model_unavailable", retryable: false });
      expect(error.message).toContain(words);
    },
  );

  test("a delta of a megabyte is pushed in parts that fit an event of the log, and no character is cut", async () => {
    const { server, model } = start();
    const long = `x${"🌊".repeat(400_000)}`;
    server.reply(replyOf(wire, { ...HELLO, text: [long] }));
    const received = await partsFrom(model);
    expect(textOf(received)).toBe(long);
    const deltas = received.flatMap((part) => (part.type === "text" ? [part.delta] : []));
    expect(deltas.filter((delta) => delta.length > 16 * 1024 || !delta.isWellFormed())).toEqual([]);
  });

  test.each([
    [
      "an event nested a hundred thousand times",
      `data: {"error":{"message":${"[".repeat(1e5)}${"]".repeat(1e5)}}}\n\n`,
    ],
    ["an event of 300,000 values", `data: {"error":[${"{},".repeat(3e5)}{}]}\n\n`],
    ["twenty megabytes of comments", ": keep\n\n".repeat(2.5e6)],
    ["twenty megabytes of empty lines", "\n\r".repeat(1e7)],
    ["a line of nine megabytes", `data: ${"x".repeat(9 * MIB)}`],
    ["a million lines that are not fields", "words words words\n".repeat(1e6)],
  ])("%s: the answer fails, is not requested again and does not block the event loop", async (_, sent) => {
    const { server, model } = start();
    server.reply({ frames: [sent], split: "whole" });
    const { result, blockedMs } = await measureBlocking(() => failureFrom(model));
    expect(result.error).toMatchObject({ code: "model_unavailable", retryable: !isOfLines });
    expect(blockedMs).toBeLessThan(MAX_BLOCKED_MS);
  });

  test("a hundred thousand deltas that arrive at once do not block the event loop", async () => {
    const { server, model } = start();
    const text = Array.from({ length: 100_000 }, () => "a");
    server.reply({ frames: wire.encode({ ...HELLO, text }), split: "whole" });
    const { result, blockedMs } = await measureBlocking(() => partsFrom(model));
    expect(textOf(result)).toHaveLength(text.length);
    expect(blockedMs).toBeLessThan(MAX_BLOCKED_MS);
  });

  test.each(["gzip", "br", "GZIP", "gzip, identity"])(
    "an answer in %s, which was not requested, is not inflated: the failure says so, and is not retried",
    async (coding) => {
      const { server, model } = start();
      server.reply({ status: 200, headers: { "content-encoding": coding }, body: "\u001f" });
      const { error } = await failureFrom(model);
      expect(error).toMatchObject({ code: "model_unavailable", retryable: false, isRecoverable: false });
      expect(error.remedy).toContain("compresses its answers");
      expect(server.received[0]?.headers.get("accept-encoding")).toBe("identity");
    },
  );

  test.each([503, 401])("%i is recognized by its status, compressed or not", async (status) => {
    const { server, model } = start();
    server.reply({ status, headers: { "content-encoding": "gzip" }, body: "\u001f" });
    const { error } = await failureFrom(model);
    expect(error).toMatchObject({ code: "model_unavailable", retryable: status === 503 });
    expect(error.message).toContain(`HTTP ${status}`);
  });

  test("endless events without content end the answer and take little memory", async () => {
    const { server, model } = start();
    server.reply({
      frames: ['data: {"type":"ping","choices":[],"candidates":[]}\n\n'.repeat(400_000)],
      split: "whole",
    });
    const { result, blockedMs } = await measureBlocking(() => failureFrom(model));
    expect(result.error).toMatchObject({ code: "model_unavailable", retryable: !isOfLines });
    expect(blockedMs).toBeLessThan(MAX_BLOCKED_MS);
  });

  test("an answer of many calls with long arguments is read completely", async () => {
    const { server, model } = start();
    const long = WORDS.slice(0, 8_000);
    const calls = Array.from({ length: 100 }, (_, at) => call(at, ['{"equation":"', long, '"}']));
    server.reply(replyOf(wire, { ...HELLO, calls, finish: "tool_calls" }));
    const received = (await partsFrom(model)).filter(({ type }) => type === "tool_call");
    expect(received).toEqual(calls.map(({ id, name }) => ({ type: "tool_call", id, name, input: { equation: long } })));
  });

  test.each([2 ** 31, 2 ** 40, 1e300])("usage of %d tokens is no usage, and is estimated", async (tokens) => {
    const { server, model } = start();
    server.reply(replyOf(wire, { ...HELLO, usage: { inputTokens: tokens, outputTokens: tokens } }));
    const { usage } = (await partsFrom(model)).at(-1) as Extract<ModelPart, { type: "finish" }>;
    expect(usage.isEstimated).toBe(true);
    expect(usage.inputTokens + usage.outputTokens).toBeLessThan(1_000);
  });
};
