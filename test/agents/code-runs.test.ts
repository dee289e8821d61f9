// biome-ignore-all lint/correctness/useYield: an agent is a generator, also one that says nothing.
import { beforeAll, describe, expect, test } from "bun:test";
import type { AgentLogger, AgentPlace } from "../../src/agents/logger.ts";
import { type Context, RunError } from "../../src/agents/public.ts";
import { agentParts } from "../support/agent-parts.ts";
import { codeAgent, codeRun } from "../support/code-agent.ts";
import { answerIn, endOf, harness, sharedStore } from "../support/harness.ts";

// The embedded database takes its time to start on a busy machine.
beforeAll(async () => {
  await sharedStore();
}, 60_000);

describe("a run of an agent of the user's own", () => {
  test("that throws ends with `internal`, without any text of the error", async () => {
    const { start } = await harness();
    const mine = codeRun(async function* () {
      throw new Error("secret");
    });
    const end = endOf(await (await start(mine)).events);
    expect(end).toMatchObject({ code: "internal" });
    expect(JSON.stringify(end)).not.toContain("secret");
  });

  test("that throws a RunError ends with its message", async () => {
    const { start } = await harness();
    const mine = codeRun(async function* () {
      throw new RunError("tool_failed", "The warehouse is closed.");
    });
    expect(endOf(await (await start(mine)).events)).toMatchObject({
      code: "tool_failed",
      message: "The warehouse is closed.",
    });
  });

  test("that never returns is ended by the agent's timeout", async () => {
    const { start } = await harness();
    const mine = codeAgent({
      timeout: "50ms",
      async *run() {
        yield "Wait…";
        await new Promise(() => {});
      },
    });
    const events = await (await start(mine)).events;
    expect([answerIn(events), endOf(events)]).toMatchObject(["Wait…", { code: "timeout" }]);
  });

  test("that goes on yielding after it was stopped is ended all the same", async () => {
    const { start } = await harness();
    const mine = codeAgent({
      timeout: "50ms",
      async *run() {
        for (;;) {
          try {
            yield "on ";
          } catch {}
        }
      },
    });
    expect(endOf(await (await start(mine)).events)).toMatchObject({ code: "timeout" });
  });

  test("that goes on after its end can no longer write anything, and the log says so once", async () => {
    const places: AgentPlace[] = [];
    const logger: AgentLogger = { ...agentParts().logger, emittedLate: (place) => void places.push(place) };
    const { start, store } = await harness();
    const begun = Promise.withResolvers<Context>();
    const mine = codeRun(async function* (given) {
      begun.resolve(given);
      yield "Done.";
    }, agentParts({ logger }));
    const run = await start(mine);
    const events = await run.events;
    const late = await begun.promise;
    expect(late.signal.aborted).toBe(true);
    await expect(late.emit("late", 1)).rejects.toThrow("is over");
    late.emit("later", 2);
    await expect(late.complete({ system: "s" })).rejects.toThrow("is over");
    await expect(late.step("s", () => 1)).rejects.toThrow("is over");
    await expect(late.fetchPage("https://example.com")).rejects.toThrow("is over");
    await expect(late.retrieval.search({ text: "t" })).rejects.toThrow("is over");
    expect(places).toEqual([{ agent: "mine", node: "run", runId: run.live.runId }]);
    expect(await store.events.read(run.live.threadKey, 0, 100)).toHaveLength(events.length);
  });
});
