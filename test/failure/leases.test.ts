import { afterAll, beforeAll, expect, test } from "bun:test";
import { realSystem, type System } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { newRun } from "../support/runs.ts";
import { scriptedModel } from "../support/scripted-model.ts";
import { startService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { until } from "../support/stepped-agent.ts";

/** Long enough that a busy machine renews in time, short enough for a test to wait for. */
const LEASE_MS = 3_000;

/** No replica has this agent: whoever takes the run over ends it. */
const GONE = "gone";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, 30_000);
afterAll(() => server.stop());

/** A replica with its own connections and model. All of them have the same name. */
const replica = async (url: string, aheadMs = 0) => {
  const system: System = { ...realSystem, now: () => realSystem.now() + aheadMs };
  const store = postgresStore({ url, system, deadlineMs: 2_000 });
  const env = { LEASE_TTL: `${LEASE_MS}ms` };
  const service = await startService({ store, system, model: scriptedModel(), env, storeWaitMs: 60_000 });
  const stop = async () => {
    await service.drain();
    await store.close();
  };
  return { ...service, [Symbol.asyncDispose]: stop };
};
type Replica = Awaited<ReturnType<typeof replica>>;

/** A run whose model has sent some text and is silent now. */
const quiet = async ({ post, model }: Replica) => {
  const response = await post("/stream/v2", { message: "think", userId: "u", threadId: realSystem.id() });
  const stream = readSse(response);
  const call = await model.nextCall();
  call.emit({ type: "text", delta: "Well, " });
  await stream.until(({ event }) => event === "llm.token.delta");
  return { call, stream, runId: response.headers.get("x-run-id") ?? "" };
};

/**
 * Resolves once a replica has taken over an orphaned run; by then every replica that could be taken for dead has been.
 */
const anOrphanIsEnded = async (store: Store) => {
  const orphan = newRun(`u:${realSystem.id()}`, { owner: "nobody", agent: GONE });
  await store.runs.begin(orphan);
  await until(async () => {
    await realSystem.sleep(20);
    return (await store.runs.get("u", orphan.runId))?.status === "failed";
  });
};

const finishesWell = async ({ call, stream }: Awaited<ReturnType<typeof quiet>>) => {
  call.finish("four.");
  expect((await stream.toEnd()).at(-1)?.event).toBe("run.completed");
};

test("replicas of one name whose clocks are 20 s apart do not take over each other's runs", async () => {
  const url = await server.freshDatabase();
  await using ahead = await replica(url, 20_000);
  await using behind = await replica(url, -20_000);
  const runs = [await quiet(ahead), await quiet(behind)];
  await anOrphanIsEnded(behind.store);
  for (const { runId } of runs) {
    expect(await ahead.store.runs.get("u", runId)).toMatchObject({ status: "running", attempt: 1 });
  }
  for (const run of runs) await finishesWell(run);
}, 60_000);

test("after an outage longer than a lease, the runs of all replicas go on, even of the last one back and with a fresh replica present", async () => {
  const url = await server.freshDatabase();
  await using first = await replica(url);
  await using second = await replica(url);
  const runs = [await quiet(first), await quiet(second)];
  await server.stop();
  await realSystem.sleep(LEASE_MS * 1.5);
  await server.start();
  await until(() =>
    first.store.check().then(
      () => true,
      () => false,
    ),
  );
  await using fresh = await replica(url);
  await anOrphanIsEnded(fresh.store);
  for (const { runId } of runs) {
    expect(await fresh.store.runs.get("u", runId)).toMatchObject({ status: "running", attempt: 1 });
  }
  for (const run of runs) await finishesWell(run);
}, 60_000);

test("a replica that leaves in order deletes its row, and the others take its unfinished runs at once", async () => {
  const url = await server.freshDatabase();
  await using staying = await replica(url);
  const leaving = await replica(url);
  await anOrphanIsEnded(staying.store);
  const left = newRun(`u:${realSystem.id()}`, { owner: "leaving", agent: GONE });
  await leaving.store.replicas.renew({ id: "leaving", name: "test" }, { ttlMs: 600_000, isUnbroken: true });
  await leaving.store.runs.begin(left);
  await leaving.store.replicas.leave("leaving");
  await leaving[Symbol.asyncDispose]();
  await until(async () => {
    await realSystem.sleep(20);
    return (await staying.store.runs.get("u", left.runId))?.status === "failed";
  });
  expect(await staying.store.replicas.sweep(-600_000)).toBe(1);
}, 60_000);
