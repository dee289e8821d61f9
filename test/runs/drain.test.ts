import { beforeAll, describe, expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import { agentOf, answerIn, endOf, harness, logOf, sharedStore } from "../support/harness.ts";
import { token } from "../support/journal.ts";
import { messagesOf } from "../support/messages-of.ts";
import { scriptedModel } from "../support/scripted-model.ts";
import { startService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { until } from "../support/stepped-agent.ts";

let store: Store;
beforeAll(async () => {
  store = await sharedStore();
}, 240_000);

const endless = agentOf(async function* ({ signal }) {
  yield token("so far");
  await new Promise((stop) => signal.addEventListener("abort", stop));
  signal.throwIfAborted();
  return {};
});

describe("a drain", () => {
  test("lets runs finish in time, including queued ones, and accepts no new ones", async () => {
    const here = await harness({ store });
    const { promise, resolve } = Promise.withResolvers<void>();
    const agent = agentOf(async function* () {
      yield token("in time");
      await promise;
      return {};
    });
    const threadId = realSystem.id();
    const turns = [await here.start(agent, { threadId }), await here.start(agent, { threadId })];
    const drained = here.runs.drain(30_000);
    await expect(here.start(agent)).rejects.toMatchObject({ code: "draining" });
    resolve();
    await drained;
    for (const { events } of turns) expect((await events).at(-1)?.type).toBe("done");
  });

  test("where takeovers are off, ends the rest as interrupted, including queued ones, with their text so far", async () => {
    const here = await harness({ store, takesOver: false });
    const threadId = realSystem.id();
    const turns = [await here.start(endless, { threadId }), await here.start(endless, { threadId })];
    await here.runs.drain(20);
    for (const { events } of turns)
      expect(endOf(await events)).toMatchObject({ code: "interrupted", recoverable: true });
    const messages = await messagesOf(store, `u:${threadId}`);
    expect(messages.map(({ content }) => content).slice(0, 2)).toEqual(["hi", "so far"]);
    expect(here.registry.size).toBe(0);
  });

  test("hands the rest over as they are, and another replica goes on with them at once, in their order", async () => {
    const agent = { ...endless, name: "handed" };
    const here = await harness({ store });
    const threadId = realSystem.id();
    const { live } = await here.start(agent, { threadId, message: "first" });
    const { live: queued } = await here.start(agent, { threadId, message: "second" });
    await until(async () => answerIn(await logOf(store, live.threadKey)) === "so far");
    expect(await here.runs.drain(10)).toEqual({ handedOver: 2 });
    expect(here.registry.size).toBe(0);
    expect((await logOf(store, live.threadKey)).map(({ type }) => type)).not.toContain("error");
    const finishing = {
      ...agent,
      nodes: agentOf(async function* () {
        yield token("so far");
        yield token(", and more");
        return {};
      }).nodes,
    };
    const there = await harness({ store, agents: [finishing] });
    await until(async () => {
      await there.recovery.tick();
      return (await store.runs.get("u", queued.runId))?.status === "succeeded";
    });
    const messages = await messagesOf(store, live.threadKey);
    expect(messages.map(({ content }) => content)).toEqual(["first", "so far, and more", "second", "so far, and more"]);
    const started = (await logOf(store, live.threadKey)).filter(({ type }) => type === "attempt_started");
    expect(started.map(({ json }) => JSON.parse(json))).toEqual([{ attempt: 2, reason: "handover" }]);
  });

  test("hands over what it has only just taken over itself", async () => {
    const agent = { ...endless, name: "taken" };
    const left = await harness({ store });
    const { live } = await left.start(agent);
    await until(async () => answerIn(await logOf(store, live.threadKey)) === "so far");
    await left.runs.drain(10);
    const takeover: typeof store.runs.takeover = async (taking) => {
      const taken = await store.runs.takeover(taking);
      if (taken.length > 0) void here.runs.drain(0);
      return taken;
    };
    const here = await harness({ store: { ...store, runs: { ...store.runs, takeover } }, agents: [agent] });
    await here.recovery.tick();
    expect(here.registry.size).toBe(0);
    const there = await harness({ store, agents: [agent] });
    await until(async () => {
      await there.recovery.tick();
      return there.registry.get(live.runId) !== undefined;
    });
    await until(async () => (await logOf(store, live.threadKey)).at(-1)?.type === "attempt_started");
    const last = (await logOf(store, live.threadKey)).at(-1);
    expect(JSON.parse(last?.json ?? "")).toEqual({ attempt: 3, reason: "handover" });
    await there.runs.drain(0);
  });

  test("does not wait for a turn that is queued behind another replica's run", async () => {
    const [here, there] = [await harness({ store }), await harness({ store })];
    const threadId = realSystem.id();
    const { live } = await there.start(endless, { threadId });
    const waiting = await here.start(endless, { threadId });
    await here.runs.drain(10, 10);
    expect(await waiting.events).toEqual([]);
    expect(waiting.live.signal.reason).toBe("released");
    expect(await store.runs.get("u", waiting.live.runId)).toMatchObject({ status: "queued" });
    await there.runs.drain(0);
    await live.ended;
  });

  test("where takeovers are off, ends every stream with its terminal frame, and the service exits although readers are connected", async () => {
    const env = { DRAIN_TIMEOUT: "10ms", TAKEOVER: "off" };
    const service = await startService({ store, owner: "drained", env });
    const post = (threadId: string) => service.post("/stream/v2", { message: "hi", userId: "d", threadId });
    const threadId = realSystem.id();
    const streams = [await post(threadId), await post(threadId), await post(realSystem.id())].map(readSse);
    (await service.model.nextCall()).emit({ type: "text", delta: "half a" });
    await Promise.race(streams.map((stream) => stream.until(({ event }) => event === "llm.token.delta")));
    await service.drain();
    for (const stream of streams) {
      const events = await stream.toEnd();
      expect(events.filter(({ event }) => event?.startsWith("run."))).toHaveLength(1);
      expect(events.at(-1)).toMatchObject({ event: "run.failed" });
    }
    await expect(service.get("/health")).rejects.toThrow();
  });

  test("does not wait for readers of another replica's run", async () => {
    const model = scriptedModel();
    const busy = await startService({ store, owner: "busy", model });
    const leaving = await startService({ store, owner: "leaving", env: { DRAIN_TIMEOUT: "10ms" } });
    const threadId = realSystem.id();
    const running = readSse(await busy.post("/stream/v2", { message: "hi", userId: "d", threadId }));
    const call = await model.nextCall();
    const watching = readSse(await leaving.get(`/api/v1/threads/${threadId}/events?userId=d`));
    call.emit({ type: "text", delta: "hello" });
    await watching.until(({ event }) => event === "token");
    await leaving.drain();
    await watching.toEnd();
    call.finish();
    expect((await running.toEnd()).at(-1)).toMatchObject({ event: "run.completed" });
    await busy.drain();
  }, 20_000);
});
