import { expect, test } from "bun:test";
import { says } from "../support/model-server.ts";
import { type Driver, failureFrom, HELLO, heardFrom, type Start } from "./model-kit.ts";

const MIB = 1024 * 1024;
const pieces = (piece: string, characters: number): string[] =>
  Array.from({ length: Math.ceil(characters / piece.length) }, () => piece);
const WORDS = "0123456789abcdef".repeat(2048);

/** What an answer may hold at most: a server that never ends must not fill the memory. */
export const modelBounds = ({ wire }: Driver, start: Start): void => {
  const call = (at: number, given: readonly string[] = ["{}"]) => ({ id: `call_${at}`, name: "solve", pieces: given });

  test.each([
    ["text", { text: pieces(WORDS, 4 * MIB + 1) }, "longer than 4194304 characters"],
    ["reasoning", { reasoning: pieces(WORDS, 4 * MIB + 1), text: [] }, "reasons for longer"],
    ["calls", { calls: Array.from({ length: 129 }, (_, at) => call(at)) }, "more than 128 tool calls"],
    [
      "arguments",
      { calls: [call(1, ['{"equation":"', ...pieces(WORDS, MIB), '"}'])] },
      "more than 1048576 characters of arguments",
    ],
    [
      "values in its arguments",
      { calls: [call(1, ['{"equation":[', ...pieces("{},".repeat(8_000), 300_000), "{}]}"])] },
      "more than 100000 values",
    ],
  ] as const)(
    "an answer with too much %s ends with words that say so, and is not asked again",
    async (_, said, words) => {
      const { server, model } = start();
      server.reply(says(wire, { ...HELLO, finish: "tool_calls", ...said }));
      const { error } = await failureFrom(model);
      expect(error).toMatchObject({ code: "model_unavailable", retryable: false });
      expect(error.message).toContain(words);
    },
  );

  test("an answer of many calls, with long arguments, is heard whole", async () => {
    const { server, model } = start();
    const long = WORDS.slice(0, 8_000);
    const calls = Array.from({ length: 100 }, (_, at) => call(at, ['{"equation":"', long, '"}']));
    server.reply(says(wire, { ...HELLO, calls, finish: "tool_calls" }));
    const heard = (await heardFrom(model)).filter(({ type }) => type === "tool_call");
    expect(heard).toEqual(calls.map(({ id, name }) => ({ type: "tool_call", id, name, input: { equation: long } })));
  });

  test("usage beyond any count is the largest that is kept", async () => {
    const { server, model } = start();
    server.reply(says(wire, { ...HELLO, usage: { inputTokens: 2 ** 40, outputTokens: 2 ** 31 } }));
    expect((await heardFrom(model)).at(-1)).toMatchObject({
      usage: { inputTokens: 2 ** 31 - 1, outputTokens: 2 ** 31 - 1 },
    });
  });
};
