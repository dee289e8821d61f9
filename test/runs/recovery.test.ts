import { beforeAll, describe, expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { threadKey } from "../../src/domain/thread.ts";
import type { Store } from "../../src/store/contract.ts";
import { agentOf, answerIn, endOf, type Harness, harness, logOf, sharedStore } from "../support/harness.ts";
import { token } from "../support/journal.ts";
import { messagesOf } from "../support/messages-of.ts";
import { JUDGE_MS, register } from "../support/replicas.ts";
import { newRun, started } from "../support/runs.ts";
import { steppedAgent, until } from "../support/stepped-agent.ts";

let store: Store;
beforeAll(async () => {
  store = await sharedStore();
}, 30_000);

const judge = () => harness({ store, leaseTtlMs: JUDGE_MS });

/** Runs maintenance as the service does, repeatedly, until the condition holds. */
const recovering = ({ lease, recovery }: Harness, hasHappened: () => Promise<boolean>) =>
  until(async () => {
    await lease.renew();
    await recovery.tick();
    return hasHappened();
  });

const hasFailed = (runId: string) => async () => (await store.runs.get("u", runId))?.status === "failed";

describe("orphans", () => {
  test("a run of a dead replica ends as interrupted, its text so far is stored, and the thread goes on", async () => {
    const thread = threadKey("u", realSystem.id());
    const now = realSystem.now();
    const { fence } = await started(store, newRun(thread, { owner: realSystem.id(), now, message: "asked" }));
    const event = { runId: fence.runId, at: now };
    const events = [
      { ...event, seq: 1, type: "page_start" as const, json: '{"title":"x"}' },
      { ...event, seq: 2, type: "token" as const, json: '{"delta":"half an "}' },
      { ...event, seq: 3, type: "token" as const, json: '{"delta":"answer"}' },
    ];
    await store.events.append([{ fence, events, checkpoints: [] }]);
    const here = await judge();
    await recovering(here, hasFailed(fence.runId));
    const log = await logOf(store, thread);
    expect(log.map(({ type }) => type)).toEqual(["page_start", "token", "token", "credit_settled", "error"]);
    expect(endOf(log)).toMatchObject({ code: "interrupted", recoverable: true });
    expect(await store.runs.get("u", fence.runId)).toMatchObject({ status: "failed", error: { code: "interrupted" } });
    const messages = await messagesOf(store, thread);
    expect(messages.map(({ role, content }) => [role, content])).toEqual([
      ["user", "asked"],
      ["assistant", "half an answer"],
    ]);
    await here.recovery.tick();
    expect(await logOf(store, thread)).toEqual([...log]);
    const brief = agentOf(async function* () {
      yield token("next");
      return {};
    });
    const next = await here.start(brief, { threadId: thread.slice(2) });
    expect((await next.events)[0]?.seq).toBe(6);
  });

  test("queued runs end too, the oldest first, each with its question", async () => {
    const thread = threadKey("u", realSystem.id());
    const given = { owner: realSystem.id(), now: realSystem.now() };
    await started(store, newRun(thread, { ...given, message: "first" }));
    await store.runs.begin(newRun(thread, { ...given, message: "second" }));
    await recovering(await judge(), async () => (await store.threads.activeRun(thread)) === null);
    const messages = await messagesOf(store, thread);
    expect(messages.map(({ content }) => content)).toEqual(["first", "second"]);
    const log = await logOf(store, thread);
    expect(log.filter(({ type }) => type === "error")).toHaveLength(2);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1));
  });

  test("a process with exclusive use of the store ends the runs of all others at once, but not its own", async () => {
    const alive = realSystem.id();
    await register(store, alive);
    const { fence } = await started(store, newRun(threadKey("u", realSystem.id()), { owner: alive }));
    const here = await harness({ store, isAlone: true });
    const { live } = await here.start(steppedAgent().agent);
    await here.recovery.tick();
    expect(await store.runs.get("u", fence.runId)).toMatchObject({ status: "failed", error: { code: "interrupted" } });
    expect(await store.runs.get("u", live.runId)).toMatchObject({ status: "running", attempt: 1 });
    await here.runs.drain(0);
  });

  test("a run in the process's name that it does not execute is ended, those that it executes go on", async () => {
    const here = await harness({ store });
    const { live } = await here.start(steppedAgent().agent);
    const thread = threadKey("u", realSystem.id());
    const { fence } = await started(store, newRun(thread, { owner: here.owner }));
    await here.maintenance.tick();
    expect(await store.runs.get("u", fence.runId)).toMatchObject({ status: "failed", error: { code: "interrupted" } });
    expect(await store.runs.get("u", live.runId)).toMatchObject({ status: "running", attempt: 1 });
    await here.runs.drain(0);
  });
});

describe("a replica whose lease is over", () => {
  /** Its lease ends as soon as it has started a run, because nothing renews it. */
  const stopped = () => harness({ store, leaseTtlMs: 1 });

  test("loses its runs and writes nothing more", async () => {
    const [owner, other] = [await stopped(), await judge()];
    const { agent, emitNext } = steppedAgent();
    const { live, events } = await owner.start(agent);
    await until(async () => answerIn(await logOf(store, live.threadKey)) !== "");
    await recovering(other, hasFailed(live.runId));
    const log = await logOf(store, live.threadKey);
    expect(endOf(log)).toMatchObject({ code: "interrupted" });
    emitNext(); // the old owner is back
    await live.ended;
    expect(await logOf(store, live.threadKey)).toEqual([...log]);
    // Its readers receive the end through the store.
    await owner.journal.tick();
    expect((await events).slice(-1)).toEqual(log.slice(-1));
    expect(await store.runs.get("u", live.runId)).toMatchObject({ status: "failed", attempt: 2 });
    expect((await messagesOf(store, live.threadKey)).map(({ content }) => content)).toEqual(["hi", "word "]);
  });

  test("notices it even if its run emits nothing", async () => {
    const [owner, other] = [await stopped(), await judge()];
    const { live } = await owner.start(steppedAgent().agent);
    await until(async () => answerIn(await logOf(store, live.threadKey)) !== "");
    await recovering(other, hasFailed(live.runId));
    const log = await logOf(store, live.threadKey);
    await owner.maintenance.tick();
    await live.ended;
    expect(live.signal.reason).toBe("lost");
    expect(await logOf(store, live.threadKey)).toEqual([...log]);
    expect(owner.registry.size).toBe(0);
  });

  test("keeps the runs that were not taken over, and goes on when it is back", async () => {
    const [owner, other] = [await stopped(), await judge()];
    const { agent, emitNext } = steppedAgent();
    const { live } = await owner.start(agent);
    await until(async () => answerIn(await logOf(store, live.threadKey)) === "word ");
    await register(store, owner.owner); // it is back
    const { fence } = await started(store, newRun(threadKey("u", realSystem.id()), { owner: realSystem.id() }));
    await recovering(other, hasFailed(fence.runId));
    emitNext();
    await until(async () => answerIn(await logOf(store, live.threadKey)) === "word word ");
    await owner.maintenance.tick();
    expect(await store.runs.get("u", live.runId)).toMatchObject({ status: "running", attempt: 1 });
    await owner.runs.drain(0);
  });

  test("renews it before it starts a run, so that the run is not taken over at once", async () => {
    const [owner, other] = [await harness({ store, leaseTtlMs: 400 }), await judge()];
    await register(store, owner.owner, 1);
    const { live } = await owner.start(steppedAgent().agent);
    const { fence } = await started(store, newRun(threadKey("u", realSystem.id()), { owner: realSystem.id() }));
    await until(async () => {
      await owner.lease.tick();
      await other.lease.renew();
      await other.recovery.tick();
      return hasFailed(fence.runId)();
    });
    expect(await store.runs.get("u", live.runId)).toMatchObject({ status: "running", attempt: 1 });
    await owner.runs.drain(0);
  });
});

test("a thousand orphans are taken over with a few calls, and each is ended once", async () => {
  const MANY = 1_000;
  const own = await sharedStore();
  const owner = realSystem.id();
  const runs = Array.from({ length: MANY }, () => newRun(threadKey("many", realSystem.id()), { owner }));
  for (let i = 0; i < MANY; i += 100) await Promise.all(runs.slice(i, i + 100).map((run) => own.runs.begin(run)));
  let calls = 0;
  let reads = 0;
  const counted: Store = {
    ...own,
    events: {
      ...own.events,
      ofRun: async () => {
        throw new Error("one by one");
      },
      ofRuns: (requested, types) => {
        reads++;
        return own.events.ofRuns(requested, types);
      },
    },
    runs: {
      ...own.runs,
      takeover: (taking) => {
        calls++;
        return own.runs.takeover(taking);
      },
    },
  };
  const recovered: string[] = [];
  const here = await harness({
    store: counted,
    isAlone: true,
    takesOver: false,
    maxRuns: 2 * MANY,
    logger: { recovered: ({ runId }) => void recovered.push(runId) },
  });
  await here.recovery.tick();
  expect(calls).toBeLessThanOrEqual(MANY / 200 + 2);
  expect(reads).toBeLessThanOrEqual(MANY / 16 + 2 * calls);
  expect(await own.runs.held(owner)).toEqual({ runIds: [], cancelled: [] });
  expect(recovered.toSorted()).toEqual(expect.arrayContaining(runs.map(({ runId }) => runId).toSorted()));
  expect(new Set(recovered).size).toBe(recovered.length);
}, 60_000);
