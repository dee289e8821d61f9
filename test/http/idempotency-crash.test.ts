import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { bodyHash, digestOf, setBodyDigest } from "../../src/http/request/digest.ts";
import type { Store } from "../../src/store/contract.ts";
import type { KeyClaim } from "../../src/store/idempotency/contract.ts";
import { answeredRun } from "../support/native-runs.ts";
import { register } from "../support/replicas.ts";
import { endAt, newRun, started } from "../support/runs.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { stores } from "../support/stores.ts";

const LONG_MS = 600_000;

/** The digest that a service computes for this request. */
const digestFor = (path: string, body: unknown): string => {
  const request = new Request(`http://x${path}`, { method: "POST", headers: { "idempotency-key": "k" } });
  const hash = bodyHash(request);
  hash?.update(JSON.stringify(body));
  setBodyDigest(request, hash);
  return digestOf(request);
};

describe.each(stores)("a process that died with a request that had a key, on %s", (_, open) => {
  let store: Store;
  let service: TestService<ScriptedModel>;
  beforeAll(async () => {
    store = await open();
    service = await startService({ store });
    await register(store, "here");
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await store.close();
  });

  /** What another replica wrote before it began with the request. With `holdMs` 0 it has not been heard of since. */
  const claimed = async (userId: string, route: string, body: unknown, { holdMs = 0, path = route } = {}) => {
    const claim: KeyClaim = {
      ...{ userId, endpoint: `POST ${route}`, key: "k", digest: digestFor(path, body) },
      ...{ madeId: realSystem.id(), threadId: realSystem.id(), holder: realSystem.id(), holdMs, ttlMs: LONG_MS },
    };
    expect(await store.idempotency.claim(claim)).toMatchObject({ state: "claimed" });
    return claim;
  };
  const send = (path: string, body: unknown) => service.post(path, body, { headers: { "idempotency-key": "k" } });

  test("before the run was begun leaves the key to whoever comes next, with the run that it chose", async () => {
    const body = { input: { message: "hello" }, user_id: "before" };
    const dead = await claimed("before", "/api/v1/runs", body);
    const response = await send("/api/v1/runs", body);
    expect([response.headers.get("x-run-id"), response.headers.get("x-thread-id")]).toEqual([
      ...[dead.madeId, dead.threadId],
    ]);
    (await service.model.nextCall()).finish("1");
    await readSse(response).toEnd();
  });

  test("after the run was begun leaves that run, which is joined", async () => {
    const body = { input: { message: "hello" }, user_id: "after" };
    const dead = await claimed("after", "/api/v1/runs", body);
    const run = newRun(`after:${dead.threadId}`, { runId: dead.madeId });
    const { fence } = await started(store, run);
    await store.runs.finish(fence, endAt(fence, 1));
    const response = await send("/api/v1/runs", body);
    expect(response.headers.get("x-run-id")).toBe(dead.madeId);
    expect((await readSse(response).toEnd()).map(({ event }) => event)).toEqual(["done"]);
    const { runs } = (await (await service.get("/api/v1/runs?userId=after")).json()) as { runs: unknown[] };
    expect(runs).toHaveLength(1);
  });

  test("after it saved a note or made a fork leaves that one", async () => {
    const til = { title: "A note", content: "Some text.", user_id: "notes" };
    const dead = await claimed("notes", "/api/v1/tils", til);
    const { title, content } = til;
    await store.tils.save({
      ...{ tilId: dead.madeId, userId: "notes", title, slug: "a-note", content, excerpt: "", dayNumber: null },
      ...{ tags: [], now: 1_000 },
    });
    const response = await send("/api/v1/tils", til);
    expect([response.status, await response.json()]).toMatchObject([201, { id: dead.madeId, slug: "a-note" }]);
    const { tils } = (await (await service.get("/api/v1/tils?user_id=notes")).json()) as { tils: unknown[] };
    expect(tils).toHaveLength(1);

    await answeredRun(service, "one", "1", { user_id: "notes", thread_id: "t" });
    const points = await (await service.get("/api/v1/threads/t/checkpoints?userId=notes")).json();
    const { checkpoint_id } = (points as { checkpoints: { checkpoint_id: string }[] }).checkpoints.at(-1) ?? {};
    const path = "/api/v1/threads/t/fork";
    const forking = await claimed("notes", "/api/v1/threads/:threadId/fork", { checkpoint_id }, { path });
    const made = await service.post(`${path}?userId=notes`, { checkpoint_id, thread_id: forking.madeId });
    expect(made.status).toBe(201);
    const forked = await send(`${path}?userId=notes`, { checkpoint_id });
    expect([forked.status, await forked.json()]).toEqual([201, await made.json()]);
  });

  test("and one that goes on is waited for: a refusal frees the key, an answer is everybody's", async () => {
    const body = { input: { message: "hello" }, user_id: "waits" };
    const refused = await claimed("waits", "/api/v1/runs", body, { holdMs: LONG_MS });
    const waiting = send("/api/v1/runs", body);
    await store.idempotency.release(refused);
    const response = await waiting;
    expect(response.headers.get("x-run-id")).not.toBe(refused.madeId);
    (await service.model.nextCall()).finish("1");
    await readSse(response).toEnd();

    const til = { title: "A note", content: "Some text.", user_id: "waits" };
    const saving = await claimed("waits", "/api/v1/tils", til, { holdMs: LONG_MS });
    const answered = send("/api/v1/tils", til);
    await store.idempotency.keep(saving, JSON.stringify({ status: 201, body: { id: "theirs" } }));
    expect(await (await answered).json()).toEqual({ id: "theirs" });

    const begun = { ...body, input: { message: "hello again" }, user_id: "waits2" };
    const beginning = await claimed("waits2", "/api/v1/runs", begun, { holdMs: LONG_MS });
    const joined = send("/api/v1/runs", begun);
    const { fence } = await started(store, newRun(`waits2:${beginning.threadId}`, { runId: beginning.madeId }));
    await store.runs.finish(fence, endAt(fence, 1));
    expect((await readSse(await joined).toEnd()).map(({ event }) => event)).toEqual(["done"]);
  });
});
