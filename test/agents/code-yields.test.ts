// biome-ignore-all lint/correctness/useYield: an agent is a generator, also one that says nothing.
import { describe, expect, test } from "bun:test";
import type { AnyAgent } from "../../src/agents/contract.ts";
import type { AgentDefinition } from "../../src/agents/public.ts";
import type { EventBody } from "../../src/domain/event.ts";
import { codeAgent, codeContext, codeRun } from "../support/code-agent.ts";
import { nested } from "../support/nested.ts";
import { walked } from "../support/walked.ts";

const yielding = (...values: readonly unknown[]): AnyAgent =>
  codeRun(async function* () {
    for (const value of values) yield value as never;
  });
const token = (delta: string): EventBody => ({ type: "token", payload: { delta } });

const cycle = (): unknown => {
  const loop: { self?: unknown } = {};
  loop.self = loop;
  return loop;
};

describe("what is yielded", () => {
  test("may be a text, an event, a producer or a conversation, and each is emitted", async () => {
    const mine = codeRun(async function* ({ converse }) {
      yield "Well. ";
      yield { type: "custom", payload: { name: "mood", data: null } };
      yield async (emit: (event: EventBody) => unknown) => void (await emit(token("So. ")));
      yield converse({ system: "s" });
      const { text: answer } = yield* converse({ system: "s" });
      return answer;
    });
    const { events, result } = await walked(mine, codeContext());
    expect(events).toEqual([
      token("Well. "),
      { type: "custom", payload: { name: "mood", data: null } },
      token("So. "),
      token("Hi."),
      // The text before it does not end with white space.
      token("\n\nHi."),
    ]);
    expect(result).toBe("\n\nHi.");
  });

  test.each<[string, unknown, string]>([
    ["a number", 5, "yielded a number"],
    ["nothing", undefined, "yielded undefined"],
    ["null", null, "yielded null"],
    ["an array", ["secret"], "yielded an array"],
    ["an event without a type", { payload: "secret" }, "yielded an object"],
    ["an event of an unknown type", { type: "secret", payload: {} }, "yielded an event of an unknown type"],
    ["an event whose type is a property of all objects", { type: "constructor", payload: {} }, "of an unknown type"],
    ["a wrong payload", { type: "token", payload: { delta: 5 } }, "yielded token with a wrong payload, at /delta"],
    ["no payload", { type: "token" }, "yielded token with a wrong payload"],
    [
      "a payload that is no JSON",
      { type: "custom", payload: { name: "n", data: 1n } },
      "payload of custom is not JSON",
    ],
    ["a huge payload", { type: "custom", payload: { name: "n", data: "x".repeat(2 ** 20) } }, "larger than 1 MiB"],
    ["the run's beginning", { type: "page_start", payload: { title: "t" } }, "yielded page_start, which only the"],
    ["the run's usage", { type: "credit_settled", payload: {} }, "yielded credit_settled, which only the"],
    ["the run's end", { type: "done", payload: { message_id: "m" } }, "yielded done, which only the"],
    ["the run's failure", { type: "error", payload: {} }, "yielded error, which only the"],
    ["an event from a producer", (emit: (event: unknown) => unknown) => emit(7), "yielded a number"],
    [
      "an event from a generator",
      (async function* () {
        yield 7;
      })(),
      "yielded a number",
    ],
  ])("%s ends the run, and the error names its type without showing any of it", async (_what, value, message) => {
    const thrown = await walked(yielding(value), codeContext()).catch((error: Error) => error);
    expect(String(thrown)).toContain(`agent mine, node run`);
    expect(String(thrown)).toContain(message);
    expect(String(thrown)).not.toContain("secret");
  });

  test("invalid values cannot be caught and yielded again without end", async () => {
    const mine = codeRun(async function* () {
      for (;;) {
        try {
          yield 5 as never;
        } catch {}
      }
    });
    await expect(walked(mine, codeContext())).rejects.toThrow("yielded a number");
  });

  test("a generator that yields itself again and again ends the run", async () => {
    async function* again(): AsyncGenerator<never, void, void> {
      yield again() as never;
    }
    await expect(walked(codeRun(again), codeContext())).rejects.toThrow("yielded more than 32 nested generators");
  });

  test("empty texts emit nothing, and other runs have their turns between them", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const mine = codeRun(async function* () {
      while (turns < 3) yield "";
    });
    expect((await walked(mine, codeContext())).events).toEqual([]);
    clearInterval(timer);
  });

  test("run that is no generator is refused with the remedy", async () => {
    // A plain function may return another's generator, so that only its call tells.
    const mine = codeAgent({ run: () => Promise.resolve("answer") } as unknown as AgentDefinition);
    await expect(walked(mine, codeContext())).rejects.toThrow("write it as async *run(context)");
  });
});

describe("what is returned", () => {
  const returning = (value: unknown) =>
    codeRun(async function* () {
      return value;
    });

  test("is the run's result, as JSON keeps it", async () => {
    const date = new Date(0);
    expect((await walked(returning({ date, none: undefined }), codeContext())).result).toEqual({
      date: date.toISOString(),
    });
    expect((await walked(returning(undefined), codeContext())).result).toBeUndefined();
  });

  test.each<[string, unknown, string]>([
    ["a function", () => {}, "is not JSON, but a function"],
    ["a cycle", cycle(), "is not JSON, but an object"],
    ["a bigint", 5n, "is not JSON, but a bigint"],
    ["2 MiB", "x".repeat(2 ** 21), "is larger than 1 MiB"],
    ["8,000 nested lists", nested(8_000), "is nested deeper than 512 levels"],
  ])("%s ends the run with a clear error", async (_what, value, message) => {
    await expect(walked(returning(value), codeContext())).rejects.toThrow(
      `agent mine, node run: what it returned ${message}`,
    );
  });

  test("a node that returns no object is refused", async () => {
    const mine = codeAgent({
      start: "a",
      nodes: {
        a: {
          async *run() {
            return "text" as never;
          },
        },
      },
    });
    await expect(walked(mine, codeContext())).rejects.toThrow("node a returned a string, not a change of state");
  });
});
