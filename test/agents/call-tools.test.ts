import { describe, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { callTools, MAX_AT_ONCE } from "../../src/agents/call-tools.ts";
import type { Emit } from "../../src/agents/contract.ts";
import type { EventBody } from "../../src/domain/event.ts";
import { type Tool, ToolError } from "../../src/tools/contract.ts";
import { agentContext, modelAnswering } from "../support/agent-context.ts";

type Gate = ReturnType<typeof Promise.withResolvers<unknown>>;

/** A tool whose calls end when the test says so. `begun` counts those that it was asked for. */
const heldTool = () => {
  const gates: Gate[] = [];
  const begun: number[] = [];
  let resolveNext = () => {};
  const tool: Tool = {
    name: "held",
    description: "",
    input: Type.Object({ n: Type.Number() }),
    async *call(input, { signal }) {
      const { n } = input as { n: number };
      const gate = Promise.withResolvers<unknown>();
      signal.addEventListener("abort", () => gate.reject(signal.reason));
      gates[n] = gate;
      begun.push(n);
      resolveNext();
      yield { type: "custom", payload: { name: "begun", data: n } };
      return await gate.promise;
    },
  };
  const begins = async (count: number): Promise<void> => {
    while (begun.length < count) {
      await new Promise<void>((resolve) => {
        resolveNext = resolve;
      });
    }
  };
  return { tool, gates, begun, begins };
};

const calls = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ call: { id: `c${n}`, name: "held", input: { n } }, toolCallId: `c${n}` }));

const collecting =
  (events: EventBody[]): Emit =>
  (event) =>
    void events.push(event);
const named = (events: readonly EventBody[], type: EventBody["type"]) =>
  events.flatMap((event) =>
    event.type === type && (type === "tool_start" || type === "tool_result")
      ? [(event.payload as { tool_call_id: string }).tool_call_id]
      : [],
  );

describe("the tool calls of a round", () => {
  test("run concurrently: all begin before one ends, and results are in the order of the calls", async () => {
    const { tool, gates, begins } = heldTool();
    const events: EventBody[] = [];
    const outcomes = callTools(calls(3), [tool], agentContext(modelAnswering()), collecting(events));
    await begins(3);
    for (const n of [2, 0, 1]) {
      gates[n]?.resolve(n);
      while (!named(events, "tool_result").includes(`c${n}`)) await Promise.resolve();
    }
    expect((await outcomes).map(({ output }) => output)).toEqual([0, 1, 2]);
    expect(named(events, "tool_start")).toEqual(["c0", "c1", "c2"]);
    expect(named(events, "tool_result")).toEqual(["c2", "c0", "c1"]);
    expect(events.slice(0, 3).map(({ type }) => type)).toEqual(Array(3).fill("tool_start"));
  });

  test("run at most eight at once", async () => {
    const { tool, gates, begun, begins } = heldTool();
    const outcomes = callTools(calls(MAX_AT_ONCE + 2), [tool], agentContext(modelAnswering()), () => undefined);
    await begins(MAX_AT_ONCE);
    for (let turns = 0; turns < 100; turns++) await Promise.resolve();
    expect(begun).toHaveLength(MAX_AT_ONCE);
    gates[3]?.resolve("third");
    await begins(MAX_AT_ONCE + 1);
    for (const [n, gate] of gates.entries()) gate.resolve(n);
    await begins(MAX_AT_ONCE + 2);
    gates.at(-1)?.resolve("last");
    expect((await outcomes).map(({ output }) => output)).toEqual([0, 1, 2, "third", 4, 5, 6, 7, 8, "last"]);
  });

  test("return their results even when one of them fails", async () => {
    const { tool, gates, begins } = heldTool();
    const context = agentContext(modelAnswering());
    const outcomes = callTools(calls(3), [tool], context, () => undefined);
    await begins(3);
    gates[0]?.reject(new ToolError("Give another number."));
    gates[1]?.reject(new Error("secret"));
    gates[2]?.resolve("there");
    expect((await outcomes).map(({ isError }) => isError)).toEqual([true, true, false]);
    expect(context.reported).toEqual([{ tool: calls(3)[1]?.call.name, error: new Error("secret") }]);
  });

  test("all stop when the run is cancelled, and it ends with the reason", async () => {
    const { tool, begins } = heldTool();
    const controller = new AbortController();
    const events: EventBody[] = [];
    const context = agentContext(modelAnswering(), { signal: controller.signal });
    const outcomes = callTools(calls(MAX_AT_ONCE + 2), [tool], context, collecting(events));
    await begins(MAX_AT_ONCE);
    controller.abort(new Error("cancelled"));
    await expect(outcomes).rejects.toThrow("cancelled");
    expect(named(events, "tool_result")).toEqual([]);
  });

  test("wait while the journal is behind, one event at a time", async () => {
    const { tool, gates, begins } = heldTool();
    const waiting: (() => void)[] = [];
    let most = 0;
    const emit: Emit = () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push(resolve);
      most = Math.max(most, waiting.length);
      return promise;
    };
    const outcomes = callTools(calls(3), [tool], agentContext(modelAnswering()), emit);
    let isOver = false;
    void outcomes.then(() => {
      isOver = true;
    });
    void begins(3).then(() => {
      for (const [n, gate] of gates.entries()) gate.resolve(n);
    });
    while (!isOver) {
      waiting.pop()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(most).toBe(1);
    expect((await outcomes).map(({ output }) => output)).toEqual([0, 1, 2]);
  });
});
