import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import postgres from "postgres";
import { realSystem } from "../../src/domain/system.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { type DatabaseProxy, databaseProxy } from "../support/database-proxy.ts";
import { freshDatabase } from "../support/postgres.ts";
import { register } from "../support/replicas.ts";
import { endAt, newRun, started } from "../support/runs.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";

/** A question that occurs only in the statement that begins its run. */
const MARK = "a question with a mark";

let proxy: DatabaseProxy;
let admin: postgres.Sql;
let service: TestService<ScriptedModel>;
beforeAll(async () => {
  const url = await freshDatabase();
  proxy = await databaseProxy(url);
  admin = postgres(url, { max: 2, onnotice: () => {} });
  const store = postgresStore({ url: proxy.url, system: realSystem, deadlineMs: 2_000 });
  service = await startService({ store, env: { MAX_RUNS: "1000" } });
  await register(store, "here");
}, 60_000);
afterAll(async () => {
  await service.drain();
  await service.store.close();
  await admin.end();
  await proxy[Symbol.asyncDispose]();
});

const ask = (threadId: string | null, message = "hi") => service.post("/stream/v2", { message, userId: "d", threadId });
const turn = async (threadId: string | null, message?: string): Promise<string> => {
  const response = await ask(threadId, message);
  expect(response.status).toBe(200);
  const stream = readSse(response);
  (await service.model.nextCall()).finish("ok");
  expect((await stream.toEnd()).at(-1)?.event).toBe("run.completed");
  return response.headers.get("x-run-id") ?? "";
};
const table = async (name: string) =>
  admin.unsafe(`select * from yeoul.${name} where thread_key like 'd:%' or thread_key like 'u1:%'`);

describe("a POST on a connection that has just dropped", () => {
  test("succeeds, whether the connection dropped while idle, with the statement or before its result", async () => {
    for (const threadId of ["a", null]) {
      await turn(threadId);
      proxy.cutAll();
      await turn(threadId);
      for (const moment of ["asked", "reset", "answered"] as const) {
        const cuts = proxy.cuts;
        proxy.cutWhen(MARK, moment);
        const runId = await turn(threadId, MARK);
        expect(proxy.cuts).toBe(cuts + 1);
        const rows = (await table("runs")).filter((run) => run.run_id === runId);
        expect(rows).toMatchObject([{ status: "succeeded", attempt: 1 }]);
        // Whether or not they were written with the row that was not acknowledged, its events are there once.
        const seqs = (await table("events")).filter((event) => event.run_id === runId).map(({ seq }) => Number(seq));
        const from = Number(rows[0]?.start_seq) + 1;
        expect(seqs.toSorted((a, b) => a - b)).toEqual(seqs.map((_, at) => from + at));
      }
    }
    const { messages } = (await (await service.get("/api/v1/threads/a?userId=d")).json()) as { messages: unknown[] };
    expect(messages).toHaveLength(10);
  }, 30_000);

  test("creates one ticket and cancels a run once", async () => {
    for (const moment of ["asked", "reset", "answered"] as const) {
      const message = `${MARK}: ticket ${moment}`;
      proxy.cutWhen(message, moment);
      const made = await service.post("/api/chat/stream/init", { message, user_id: "c" });
      expect(made.status).toBe(201);
      const stream = readSse(await service.get(`/api/chat/stream/${((await made.json()) as { id: string }).id}`));
      (await service.model.nextCall()).finish("ok");
      await stream.toEnd();

      const running = await service.post("/stream/v2", { message: "hi", userId: "c" });
      const call = await service.model.nextCall();
      const runId = running.headers.get("x-run-id") ?? "";
      const cuts = proxy.cuts;
      proxy.cutWhen("The run was cancelled.", moment);
      const cancelled = await service.post(`/api/v1/runs/${runId}/cancel?userId=c`, "");
      expect({ status: cancelled.status, cuts: proxy.cuts - cuts }).toEqual({ status: 200, cuts: 1 });
      await readSse(running).toEnd();
      expect(call.signal.aborted).toBe(true);
      expect(await service.store.runs.get("c", runId)).toMatchObject({ status: "cancelled" });
    }
  }, 30_000);

  test("succeeds when all backends are terminated", async () => {
    const threads = Array.from({ length: 10 }, (_, at) => `b ${at}`);
    await turn("b");
    const ended = admin`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'yeoul'`;
    const responses = await Promise.all([...threads.map((threadId) => ask(threadId)), ended.then(() => ask("b last"))]);
    expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 200));
    const streams = responses.map(readSse);
    for (const _ of streams) (await service.model.nextCall()).finish("ok");
    for (const stream of streams) expect((await stream.toEnd()).at(-1)?.event).toBe("run.completed");
  }, 30_000);

  test("a turn whose queueing was committed but not acknowledged is queued once and runs in its turn", async () => {
    const first = readSse(await ask("q"));
    const call = await service.model.nextCall();
    proxy.cutWhen(MARK, "answered");
    const second = readSse(await ask("q", MARK));
    expect(await admin`select queued from yeoul.threads where thread_key = 'd:q'`).toMatchObject([{ queued: 1 }]);
    call.finish("one");
    await first.toEnd();
    (await service.model.nextCall()).finish("two");
    expect((await second.toEnd()).at(-1)?.event).toBe("run.completed");
  }, 30_000);
});

describe("a run whose caller received an error", () => {
  const unfinished = async () => (await table("runs")).filter(({ status }) => status !== "succeeded");

  test("is withdrawn with its thread, message and place in the queue once the database is back, though its beginning was committed", async () => {
    const running = readSse(await ask("w"));
    const call = await service.model.nextCall();
    // One group: committed but not acknowledged, then the database is unreachable.
    proxy.cutWhen(MARK, "gone");
    const refused = await Promise.all([ask("gone", MARK), ask(null, MARK), ask("w", MARK)]);
    expect(refused.map(({ status }) => status)).toEqual([503, 503, 503]);
    expect(refused.map(({ headers }) => headers.get("retry-after"))).not.toContain(null);
    expect((await unfinished()).length).toBeGreaterThan(1);
    proxy.refuse(false);
    while ((await unfinished()).length > 1);
    expect(await admin`select 1 from yeoul.threads where thread_key = 'd:gone'`).toHaveLength(0);
    expect(await admin`select queued from yeoul.threads where thread_key = 'd:w'`).toMatchObject([{ queued: 0 }]);
    expect(await admin`select 1 from yeoul.messages where thread_key = 'd:gone'`).toHaveLength(0);
    call.finish("one");
    expect((await running.toEnd()).at(-1)?.event).toBe("run.completed");
    // The new thread's run had started before its row was written, so it was aborted.
    expect((await service.model.nextCall()).signal.aborted).toBe(true);
    await turn("gone");
  }, 30_000);

  test("is not withdrawn when nothing was sent: an address without a server gives an error marked as untried", async () => {
    const nowhere = postgresStore({ url: "postgres://a:b@127.0.0.1:1/x", system: realSystem, deadlineMs: 500 });
    const error = await nowhere.runs.begin(newRun("u1:nowhere")).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: "unavailable", isUntried: true });
    await nowhere.close();
  });
});

test("a lock on one thread's row does not delay the beginning or end of runs in other threads", async () => {
  const { store } = service;
  const keys = Array.from({ length: 20 }, (_, at) => `u1:free ${at}` as const);
  const held = await started(store, newRun("u1:held"));
  const { beginning, ending } = await admin.begin(async (sql) => {
    await sql`select 1 from yeoul.threads where thread_key = 'u1:held' for update`;
    const beginning = store.runs.begin(newRun("u1:held"));
    const begun = await Promise.all(keys.map((key) => started(store, newRun(key))));
    const ending = store.runs.finish(held.fence, endAt(held.fence, 1));
    const ended = await Promise.all(begun.map(({ fence }) => store.runs.finish(fence, endAt(fence, 1))));
    expect(ended).toEqual(ended.map(() => "ended"));
    // In an object, or they would be waited for here, where the row is locked.
    return { beginning, ending };
  });
  // The database decides which of the two locks the row first.
  const { state } = await beginning;
  expect(state).toBeOneOf(["queued", "running"]);
  expect(await ending).toBe(state === "queued" ? "freed" : "ended");
}, 30_000);
