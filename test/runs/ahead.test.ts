import { beforeAll, describe, expect, test } from "bun:test";
import { RunError } from "../../src/domain/error.ts";
import { realSystem } from "../../src/domain/system.ts";
import { NOT_PERSISTED } from "../../src/runs/live-run.ts";
import type { NewRun } from "../../src/store/log/contract.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { agentOf, answerIn, endOf, harness, logOf, sharedStore } from "../support/harness.ts";
import { token } from "../support/journal.ts";
import { callingAgent, slow, turnOfLoop } from "../support/slow-rows.ts";
import { until } from "../support/stepped-agent.ts";

/** Counts how many of its runs have started. */
const counting = () => {
  let begun = 0;
  const agent = agentOf(async function* () {
    begun++;
    yield token("words");
    return {};
  });
  return { agent, begun: () => begun };
};

beforeAll(async () => {
  await sharedStore();
}, 30_000);

describe("the first run of a new thread", () => {
  test("calls its model while its row is being written, and its events are written with the row", async () => {
    const { here, lines, model, taps, gate } = await slow();
    const appended: string[][] = [];
    taps.append = (append, batch) => {
      appended.push(batch.flatMap(({ events }) => events.map(({ type }) => type)));
      return append(batch);
    };
    const withRow: string[][] = [];
    taps.begin = async (begin, run) => {
      await gate.pass();
      const begun = await begin(run);
      withRow.push(begun.state === "running" ? (begun.written?.events.map(({ type }) => type) ?? []) : []);
      return begun;
    };
    let isStarted = false;
    const starting = here.start(callingAgent, { threadId: null }).then((started) => {
      isStarted = true;
      return started;
    });
    const call = await model.nextCall();
    call.emit({ type: "text", delta: "so " });
    await gate.reached(1);
    await turnOfLoop();
    expect({ isStarted, appended, lines }).toEqual({ isStarted: false, appended: [], lines: [] });
    gate.open();
    const { live, events } = await starting;
    call.finish("soon");
    const seen = await events;
    expect(withRow).toEqual([["page_start", "solve_progress", "node_result", "token"]]);
    expect(appended.flat()).not.toContain("page_start");
    expect(answerIn(seen)).toBe("so soon");
    expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, at) => at + 1));
    expect(seen.map(({ type }) => type).slice(0, 3)).toEqual(["page_start", "solve_progress", "node_result"]);
    expect(await logOf(here.store, live.threadKey)).toEqual([...seen]);
    await live.ended;
    expect(await here.store.runs.get("u", live.runId)).toMatchObject({ status: "succeeded" });
    expect(lines).toEqual(["started", "succeeded"]);
  });

  test("that ends before its row is written is stored completely afterwards", async () => {
    for (const streamTokens of [true, false]) {
      const { here, lines, gate } = await slow();
      const { agent, begun } = counting();
      const starting = here.start(agent, { threadId: null, streamTokens });
      await gate.reached(1);
      await turnOfLoop();
      expect({ begun: begun(), lines }).toEqual({ begun: 1, lines: [] });
      gate.open();
      const { live, events } = await starting;
      expect(answerIn(await events)).toBe("words");
      await live.ended;
      expect(await here.store.runs.get("u", live.runId)).toMatchObject({ status: "succeeded" });
      expect(lines).toEqual(["started", "succeeded"]);
    }
  });

  test("that is stopped before its row is written ends with the reason of the stop afterwards", async () => {
    const { here, lines, gate } = await slow();
    const starting = here.start(callingAgent, { threadId: null });
    await gate.reached(1);
    for (const run of here.registry.all()) run.abort(new RunError("timeout", "It took too long."));
    await turnOfLoop();
    gate.open();
    const { live, events } = await starting;
    expect(endOf(await events)).toMatchObject({ code: "timeout" });
    await live.ended;
    expect(await here.store.runs.get("u", live.runId)).toMatchObject({ status: "failed", error: { code: "timeout" } });
    expect(lines).toEqual(["started", "timeout"]);
  });

  test.each([
    ["new", null],
    ["named", realSystem.id()],
  ])("whose row comes only after the process has drained is handed over, in a %s thread", async (_, threadId) => {
    const { here, gate } = await slow();
    const starting = here.start(callingAgent, { threadId });
    await gate.reached(1);
    await here.runs.drain(0, 0);
    expect(here.registry.size).toBe(0);
    gate.open();
    const { live } = await starting;
    // Another replica has no such agent, and ends it.
    const there = await harness({ store: here.store });
    await until(async () => {
      await there.recovery.tick();
      return (await here.store.runs.get("u", live.runId))?.status === "failed";
    });
    expect(await here.store.runs.get("u", live.runId)).toMatchObject({ error: { code: "interrupted" } });
  });

  test("that emits more than the buffer allows waits for its row", async () => {
    const { here, gate } = await slow();
    let emitted = 0;
    const floodAgent = agentOf(async function* () {
      for (; emitted < 1_000; emitted++) yield { type: "node_result", payload: { node: "node", output: emitted } };
      return {};
    });
    const starting = here.start(floodAgent, { threadId: null });
    await gate.reached(1);
    await turnOfLoop();
    expect(emitted).toBeLessThan(300);
    gate.open();
    const seen = await (await starting).events;
    expect(seen.filter(({ type }) => type === "node_result")).toHaveLength(1_000);
  });

  test("that the store refuses leaves nothing behind, and its model call is aborted", async () => {
    const { here, lines, model, taps } = await slow();
    const written: string[] = [];
    taps.append = async () => {
      written.push("append");
      return new Map();
    };
    taps.finish = async () => {
      written.push("finish");
      return "ended";
    };
    const inserting = Promise.withResolvers<NewRun>();
    const refusal = Promise.withResolvers<never>();
    taps.begin = (_begin, run) => {
      inserting.resolve(run);
      return refusal.promise;
    };
    const starting = here.start(callingAgent, { threadId: null });
    const call = await model.nextCall();
    call.finish("too soon");
    refusal.reject(new StoreError("unavailable", "gone"));
    await expect(starting).rejects.toMatchObject({ code: "unavailable" });
    expect(call.signal.aborted).toBe(true);
    expect(here.registry.size).toBe(0);
    const { threadKey, runId } = await inserting.promise;
    expect(await logOf(here.store, threadKey)).toEqual([]);
    expect(await here.store.threads.get(threadKey)).toBeNull();
    expect(await here.store.runs.get("u", runId)).toBeNull();
    expect({ written, lines }).toEqual({ written: [], lines: [] });
  });

  test("that is refused releases a node that waits with a full buffer, and text that is held back", async () => {
    const { here, taps } = await slow();
    const refusal = Promise.withResolvers<never>();
    taps.begin = () => refusal.promise;
    const left = Promise.withResolvers<void>();
    const floodAgent = agentOf(async function* () {
      try {
        yield token("held back");
        for (;;) yield { type: "node_result", payload: { node: "node", output: null } };
      } finally {
        left.resolve();
      }
    });
    const starting = here.start(floodAgent, { threadId: null, streamTokens: false });
    await turnOfLoop();
    refusal.reject(new StoreError("unavailable", "gone"));
    await expect(starting).rejects.toMatchObject({ code: "unavailable" });
    await left.promise;
  });

  test("stores no picture before its row, and none without it", async () => {
    const { here, taps, gate } = await slow();
    const picture = { mediaType: "image/svg+xml", bytes: new Uint8Array([60]), width: 1, height: 1 };
    const tries: Promise<unknown>[] = [];
    const drawing = agentOf(async function* ({ saveImage }) {
      const saved = saveImage({ ...picture, imageId: realSystem.id() });
      tries.push(saved.catch((error: unknown) => error));
      yield { type: "node_result", payload: { node: "node", output: await saved } };
      return {};
    });
    const starting = here.start(drawing, { threadId: null });
    await gate.reached(1);
    gate.open();
    await (await starting).events;
    expect(await tries[0]).toMatch(/^api\/v1\/images\//);
    taps.begin = () => Promise.reject(new StoreError("unavailable", "gone"));
    await expect(here.start(drawing, { threadId: null })).rejects.toMatchObject({ code: "unavailable" });
    expect(await tries[1]).toBe(NOT_PERSISTED);
  });

  test("waits for its row after the store has refused one, until it accepts one", async () => {
    const { here, taps, gate } = await slow();
    taps.begin = () => Promise.reject(new StoreError("unavailable", "gone"));
    await expect(here.start(callingAgent, { threadId: null })).rejects.toMatchObject({ code: "unavailable" });
    const { agent, begun } = counting();
    taps.begin = async (begin, run) => {
      await gate.pass();
      return begin(run);
    };
    const waiting = here.start(agent, { threadId: null });
    await gate.reached(1);
    await turnOfLoop();
    expect(begun()).toBe(0);
    gate.open();
    await (await waiting).events;
    gate.close();
    const ahead = here.start(agent, { threadId: null });
    await gate.reached(2);
    await turnOfLoop();
    expect(begun()).toBe(2);
    gate.open();
    await (await ahead).events;
  });
});

describe("a run that may be refused", () => {
  test("does not call the model before its row: in a named thread, or with a run id given in advance", async () => {
    const { here, gate } = await slow();
    const { agent, begun } = counting();
    const named = here.start(agent, { threadId: realSystem.id() });
    const input = { message: "hi", images: [], streamTokens: true, locale: "en", options: {} } as const;
    const request = { userId: "u", threadId: null, input, agent: null, model: null, file: null };
    const ticket = here.runs.start(agent, request, "trace", realSystem.id());
    await gate.reached(2);
    await turnOfLoop();
    expect(begun()).toBe(0);
    gate.open();
    await (await named).events;
    await (await ticket).ended;
    expect(begun()).toBe(2);
  });
});
