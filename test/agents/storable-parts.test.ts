// biome-ignore-all lint/correctness/useYield: an agent is a generator, also one that says nothing.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { Type, tool } from "../../src/agents/public.ts";
import { storableParts } from "../../src/agents/storable-parts.ts";
import { storable, storableJson } from "../../src/domain/text.ts";
import type { ModelPart } from "../../src/models/contract.ts";
import { call, type modelAnswering, text } from "../support/agent-context.ts";
import { codeContext, codeRun } from "../support/code-agent.ts";
import { walked } from "../support/walked.ts";

const WAVE = "🌊";
const [HIGH = "", LOW = ""] = WAVE.split("");
const reasoning = (delta: string): ModelPart => ({ type: "reasoning", delta });

/** What a code agent reads of a model that answers with these parts. */
const readBy = async (...parts: readonly ModelPart[]): Promise<readonly ModelPart[]> => {
  const read: ModelPart[] = [];
  const mine = codeRun(async function* ({ model, signal }) {
    await model.answer({ system: "s", messages: [], tools: [] }, { signal }, (part) => void read.push(part));
  });
  await walked(mine, codeContext([parts]));
  return read.filter(({ type }) => type !== "finish");
};

test("an agent that asks the model itself reads whole characters, wherever the server has cut them", async () => {
  expect(await readBy(text(`a${HIGH}`), text(LOW), text("b"))).toEqual([text("a"), text(WAVE), text("b")]);
  expect(await readBy(reasoning(HIGH), text(LOW), text("\0"))).toEqual([
    reasoning("\ufffd"),
    text("\ufffd"),
    text("\ufffd"),
  ]);
  expect(await readBy(text(HIGH))).toEqual([text("\ufffd")]);
});

test("its tool calls can be stored as well", async () => {
  expect(await readBy(text(HIGH), call("a\0", { [`k${HIGH}`]: [`v${LOW}`, "w"] }, "c\0"))).toEqual([
    text("\ufffd"),
    call("a\ufffd", { "k\ufffd": ["v\ufffd", "w"] }, "c\ufffd"),
  ]);
  const input = { plain: [1, "여울"] };
  const [same] = await readBy(call("a", input));
  expect((same as { readonly input: unknown }).input).toBe(input);
});

test("a part waits until the one before was taken", async () => {
  const gate = Promise.withResolvers<void>();
  const taken: string[] = [];
  const push = storableParts((part) => {
    taken.push(part.type);
    return taken.length === 1 ? gate.promise : undefined;
  });
  void push(reasoning(HIGH));
  const wait = push(text("a"));
  expect(taken).toEqual(["reasoning"]);
  gate.resolve();
  await wait;
  expect(taken).toEqual(["reasoning", "text"]);
});

test("whatever a model says, what is read of it is what would be stored of it", () => {
  const unit = fc.constantFrom("a", "\0", HIGH, LOW, WAVE, "여");
  const part = fc.oneof(
    fc.string({ unit }).map(text),
    fc.string({ unit }).map((name) => call(name, { name })),
  );
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const read: ModelPart[] = [];
      const push = storableParts((one) => void read.push(one));
      for (const one of [
        ...parts,
        { type: "finish", reason: "stop", usage: { inputTokens: 0, outputTokens: 0 } } as const,
      ])
        void push(one);
      const textOf = (all: readonly ModelPart[]) =>
        all.map((one) => ("delta" in one ? one.delta : `\n${one.type}\n`)).join("");
      expect(textOf(read)).toBe(storable(textOf([...parts, read.at(-1) as ModelPart])));
      for (const one of read) expect(storableJson(one)).toEqual(one);
    }),
  );
});

test("a conversation returns its text, and calls its tools, with what can be stored", async () => {
  const received: unknown[] = [];
  const echo = tool({
    name: "echo",
    description: "d",
    input: Type.Object({ of: Type.String() }),
    execute: (input) => void received.push(input),
  });
  const engine = {
    ...codeContext([[call("echo", { of: "x\0" })], [text(`a${HIGH}`), text(`${LOW}\0`)]]),
    tools: [echo],
  };
  const mine = codeRun(async function* ({ complete }) {
    return (await complete({ system: "s" })).text;
  });
  expect((await walked(mine, engine)).result).toBe(`a${WAVE}\ufffd`);
  expect(received).toEqual([{ of: "x\ufffd" }]);
  expect((engine.model as ReturnType<typeof modelAnswering>).requests).toHaveLength(2);
});
