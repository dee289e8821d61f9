import { afterAll, beforeAll, expect, test } from "bun:test";
import { realSystem, type System } from "../../src/domain/system.ts";
import { openLogger, serviceLogger } from "../../src/logger.ts";
import { Registry } from "../../src/runs/registry.ts";
import { findRun } from "../../src/runs/stored-run.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { hintedReplica } from "../support/hinted-replica.ts";
import { freshDatabase } from "../support/postgres.ts";
import { CANCEL, newRun, started } from "../support/runs.ts";
import { type ScriptedModel, scriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";

/** Whoever waits for a run on another replica looks again after half a second: here, never. */
const withoutPolls: System = {
  ...realSystem,
  sleep: (ms, signal) =>
    ms === 500
      ? new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)))
      : realSystem.sleep(ms, signal),
};

let url: string;
let a: TestService<ScriptedModel>;
let b: TestService<ScriptedModel>;
beforeAll(async () => {
  url = await freshDatabase();
  const replica = async (owner: string) => {
    const arriving = Promise.withResolvers<unknown>();
    const service = await startService({
      store: postgresStore({ url, system: realSystem }),
      owner,
      model: scriptedModel(),
      system: withoutPolls,
      logger: { ...serviceLogger(openLogger("silent")), hints: { waySettled: arriving.resolve } },
    });
    expect(await arriving.promise).toBe("notified");
    return service;
  };
  a = await replica("a");
  b = await replica("b");
}, 60_000);
afterAll(async () => {
  for (const { drain, store } of [a, b]) {
    await drain();
    await store.close();
  }
});

const ask = (service: typeof a, threadId: string) =>
  service.post("/stream/v2", { message: "hi", userId: "u", threadId });

test("a turn that waits for another replica's starts when that has ended, by a hint", async () => {
  const threadId = realSystem.id();
  const streams = [readSse(await ask(a, threadId))];
  const first = await a.model.nextCall();
  streams.push(readSse(await ask(b, threadId)), readSse(await ask(a, threadId)));
  first.finish("1");
  (await b.model.nextCall()).finish("2");
  (await a.model.nextCall()).finish("3");
  for (const stream of streams) expect((await stream.toEnd()).at(-1)?.event).toBe("run.completed");
});

test("a cancellation that waits on another replica is answered when the run has ended, by a hint", async () => {
  const threadId = realSystem.id();
  const response = await ask(a, threadId);
  const stream = readSse(response);
  await a.model.nextCall();
  const cancelled = await b.post(`/api/v1/runs/${response.headers.get("x-run-id")}/cancel?wait=1&userId=u`, "");
  expect(await cancelled.json()).toMatchObject({ status: "cancelled" });
  expect((await stream.toEnd()).at(-1)?.event).toBe("run.failed");
});

test("a queued turn that is cancelled on another replica ends at once, by a hint", async () => {
  const threadId = realSystem.id();
  const first = readSse(await ask(a, threadId));
  const call = await a.model.nextCall();
  const waiting = await ask(b, threadId);
  const waits = readSse(waiting);
  await a.post(`/api/v1/runs/${waiting.headers.get("x-run-id")}/cancel?userId=u`, "");
  // The turn before it still goes on.
  expect((await waits.toEnd()).at(-1)?.event).toBe("run.failed");
  call.finish("1");
  await first.toEnd();
});

test("a reader of a turn that is queued on another replica begins when the turn does, by a hint", async () => {
  await using here = await hintedReplica(url, "here");
  await using there = await hintedReplica(url, "there");
  await Promise.all([here.arriving(), there.arriving()]);
  const key = `u:${realSystem.id()}` as const;
  const running = await there.run(key);
  const queued = newRun(key, { owner: "there" });
  expect((await there.store.runs.begin(queued)).state).toBe("queued");
  const parts = {
    store: here.store,
    system: withoutPolls,
    topics: here.topics,
    registry: new Registry({ maxRuns: 1, maxRunsPerUser: 1 }),
  };
  const watched = Promise.withResolvers<void>();
  there.hints.on("watch", () => watched.resolve());
  const run = await findRun("u", queued.runId, new AbortController().signal, parts);
  const begins = run?.started;
  await watched.promise;
  await running.end();
  const claimed = await there.store.runs.claim(queued);
  if (claimed === null) throw new Error("it is not the turn's turn");
  there.journal.open(claimed.fence, claimed.lastSeq, () => {});
  expect(await begins).toBe(claimed.lastSeq);
  // It has ended by the time that it is looked for.
  await there.store.runs.requestCancel("u", queued.runId, CANCEL);
  expect(await (await findRun("u", queued.runId, new AbortController().signal, parts))?.started).toBe(claimed.lastSeq);
});

test("a reader that leaves a queued turn of another replica waits no longer", async () => {
  await using here = await hintedReplica(url, "here");
  const key = `u:${realSystem.id()}` as const;
  await started(here.store, newRun(key));
  const queued = newRun(key);
  await here.store.runs.begin(queued);
  const leave = new AbortController();
  const registry = new Registry({ maxRuns: 1, maxRunsPerUser: 1 });
  const parts = { store: here.store, system: withoutPolls, topics: here.topics, registry };
  const begins = (await findRun("u", queued.runId, leave.signal, parts))?.started;
  leave.abort();
  expect(await begins).toBeNull();
});
