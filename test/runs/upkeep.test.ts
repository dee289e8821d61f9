import { beforeAll, describe, expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { threadKey } from "../../src/domain/thread.ts";
import { LEASE_MS } from "../../src/runs/runs.ts";
import type { Store } from "../../src/store/contract.ts";
import { hastySystem } from "../support/hasty-system.ts";
import { agentOf, answerIn, endOf, house, logOf, sharedStore } from "../support/house.ts";
import { say } from "../support/journal.ts";
import { newRun, started } from "../support/runs.ts";

let store: Store;
beforeAll(async () => {
  store = await sharedStore();
}, 30_000);

/** Says a word now, and another whenever it is told to; ends when it is stopped. */
const talking = () => {
  let wake = Promise.withResolvers<void>();
  const agent = agentOf(async function* ({ signal }) {
    signal.addEventListener("abort", () => wake.resolve());
    for (;;) {
      yield say("word ");
      await wake.promise;
      signal.throwIfAborted();
      wake = Promise.withResolvers();
    }
  });
  return { agent, goOn: () => wake.resolve() };
};

const until = async (look: () => Promise<boolean>) => {
  while (!(await look())) await new Promise(setImmediate);
};

describe("orphans", () => {
  test("a run of a dead owner ends as interrupted, its text so far is kept, and the thread goes on", async () => {
    const dead = `dead ${realSystem.id()}`;
    const thread = threadKey("u", realSystem.id());
    const now = realSystem.now();
    const { fence } = await started(store, newRun(thread, { owner: dead, now, message: "asked", leaseMs: 60_000 }));
    const event = { runId: fence.runId, at: now };
    const events = [
      { ...event, seq: 1, type: "page_start" as const, json: '{"title":"x"}' },
      { ...event, seq: 2, type: "token" as const, json: '{"delta":"half an "}' },
      { ...event, seq: 3, type: "token" as const, json: '{"delta":"answer"}' },
    ];
    await store.events.append([{ fence, events, checkpoints: [] }]);
    const here = await house({ store, isDead: (owner) => owner === dead });
    await here.upkeep.tick();
    const log = await logOf(store, thread);
    expect(log.map(({ type }) => type)).toEqual(["page_start", "token", "token", "credit_settled", "error"]);
    expect(endOf(log)).toMatchObject({ code: "interrupted", recoverable: true });
    expect(await store.runs.get("u", fence.runId)).toMatchObject({ status: "failed", error: { code: "interrupted" } });
    const messages = await store.threads.messages(thread);
    expect(messages.map(({ role, content }) => [role, content])).toEqual([
      ["user", "asked"],
      ["assistant", "half an answer"],
    ]);
    await here.upkeep.tick();
    expect(await logOf(store, thread)).toEqual([...log]);
    const brief = agentOf(async function* () {
      yield say("next");
      return {};
    });
    const next = await here.start(brief, { threadId: thread.slice(2) });
    expect((await next.events)[0]?.seq).toBe(6);
  });

  test("those that waited for their turn end too, the oldest first, each with its question", async () => {
    const dead = `dead ${realSystem.id()}`;
    const thread = threadKey("u", realSystem.id());
    const given = { owner: dead, now: realSystem.now(), leaseMs: 60_000 };
    await started(store, newRun(thread, { ...given, message: "first" }));
    await store.runs.begin(newRun(thread, { ...given, message: "second" }));
    const here = await house({ store, isDead: (owner) => owner === dead });
    await here.upkeep.tick();
    await until(async () => {
      await here.upkeep.tick();
      return (await store.threads.activeRun(thread)) === null;
    });
    const messages = await store.threads.messages(thread);
    expect(messages.map(({ content }) => content)).toEqual(["first", "second"]);
    const log = await logOf(store, thread);
    expect(log.filter(({ type }) => type === "error")).toHaveLength(2);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1));
  });

  test("a run of its own owner that the process knows nothing of is let go, and ended when its lease has passed", async () => {
    const system = hastySystem(1);
    const owner = `forgetful ${realSystem.id()}`;
    const here = await house({ store, system, owner });
    const thread = threadKey("u", realSystem.id());
    const { fence } = await started(store, newRun(thread, { owner, now: system.now(), leaseMs: LEASE_MS }));
    const { agent } = talking();
    const { live } = await here.start(agent);
    for (let i = 0; i < 2; i++) {
      system.skip(LEASE_MS - 1_000);
      await here.upkeep.tick();
    }
    expect(await store.runs.get("u", fence.runId)).toMatchObject({ status: "failed", error: { code: "interrupted" } });
    expect(await store.runs.get("u", live.runId)).toMatchObject({ status: "running" });
    await here.runs.drain(0);
  });
});

describe("leases", () => {
  test("a run whose owner lives is not taken while its lease is renewed, however long it runs", async () => {
    const system = hastySystem(1);
    const [owner, other] = [await house({ store, system }), await house({ store, system })];
    const { agent } = talking();
    const { live } = await owner.start(agent);
    for (let i = 0; i < 5; i++) {
      system.skip(LEASE_MS - 1_000);
      await owner.upkeep.tick();
      await other.upkeep.tick();
    }
    expect(await store.runs.get("u", live.runId)).toMatchObject({ status: "running", attempt: 1 });
    await owner.runs.drain(0);
  });

  test("once its lease has passed it is taken over, and its old owner writes not another word", async () => {
    const system = hastySystem(1);
    const [owner, other] = [await house({ store, system }), await house({ store, system })];
    const { agent, goOn } = talking();
    const { live, events } = await owner.start(agent);
    await until(async () => answerIn(await logOf(store, live.threadKey)) !== "");
    system.skip(LEASE_MS + 1_000);
    await other.upkeep.tick();
    const log = await logOf(store, live.threadKey);
    expect(endOf(log)).toMatchObject({ code: "interrupted" });
    goOn(); // the old owner, back from wherever it was
    await live.ended;
    expect(await logOf(store, live.threadKey)).toEqual([...log]);
    // Its readers hear of the end by way of the store.
    await owner.journal.tick();
    expect((await events).slice(-1)).toEqual(log.slice(-1));
    expect(await store.runs.get("u", live.runId)).toMatchObject({ status: "failed", attempt: 2 });
    expect((await store.threads.messages(live.threadKey)).map(({ content }) => content)).toEqual(["hi", "word "]);
  });

  test("an owner that has nothing to say learns of its loss with the next renewal", async () => {
    const system = hastySystem(1);
    const [owner, other] = [await house({ store, system }), await house({ store, system })];
    const { agent } = talking();
    const { live } = await owner.start(agent);
    await until(async () => answerIn(await logOf(store, live.threadKey)) !== "");
    system.skip(LEASE_MS + 1_000);
    await other.upkeep.tick();
    const log = await logOf(store, live.threadKey);
    await owner.upkeep.tick();
    await live.ended;
    expect(live.signal.reason).toBe("lost");
    expect(await logOf(store, live.threadKey)).toEqual([...log]);
    expect(owner.registry.size).toBe(0);
  });

  test("a cancel on another replica reaches the owner with its next renewal", async () => {
    const [owner, other] = [await house({ store }), await house({ store })];
    const { agent } = talking();
    const { live, events } = await owner.start(agent);
    const cancelled = other.runs.cancel("u", live.runId, true, new AbortController().signal);
    await until(async () => {
      await owner.upkeep.tick();
      return live.signal.aborted;
    });
    expect(endOf(await events)).toMatchObject({ code: "cancelled" });
    expect(await cancelled).toMatchObject({ status: "cancelled" });
  });
});
