import { afterAll, beforeAll, expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { chatFrames } from "../support/chat.ts";
import { freshDatabase } from "../support/postgres.ts";
import { type ScriptedModel, scriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { type Taps, tappedStore } from "../support/tapped-store.ts";

/** Two services with one model on one Postgres. What `a` begins passes through the test's hooks. */
let a: TestService<ScriptedModel>;
let b: TestService<ScriptedModel>;
let taps: Taps;
const model = scriptedModel();
beforeAll(async () => {
  const url = await freshDatabase();
  const tapped = tappedStore(postgresStore({ url, system: realSystem }));
  taps = tapped.taps;
  a = await startService({ store: tapped.store, owner: "a", model });
  b = await startService({ store: postgresStore({ url, system: realSystem }), owner: "b", model });
}, 60_000);
afterAll(async () => {
  for (const { drain, store } of [a, b]) {
    await drain();
    await store.close();
  }
});

/** The next run that `a` begins is committed, and `a` learns nothing of it until it is told that the store is away. */
const unconfirmedBegin = () => {
  const committed = Promise.withResolvers<void>();
  const away = Promise.withResolvers<void>();
  taps.begin = async (next, run) => {
    taps.begin = undefined;
    await next(run);
    committed.resolve();
    await away.promise;
    throw new StoreError("unavailable", "The database is away.");
  };
  return { committed: committed.promise, fail: () => away.resolve() };
};

test.each([
  ["running", 0],
  ["queued", 1],
])(
  "a client that has joined a %s run by its key reads the answer, though the replica that began it gives it up",
  async (state, turns) => {
    const body = { input: { message: "hi" }, user_id: "keys", thread_id: state };
    const init = { headers: { "idempotency-key": state } };
    const earlier = [];
    for (let turn = 0; turn < turns; turn++) {
      earlier.push(readSse(await b.post("/api/v1/runs", { ...body, input: { message: "earlier" } })));
    }
    const busy = turns > 0 ? await model.nextCall() : null;
    const begin = unconfirmedBegin();
    const refused = a.post("/api/v1/runs", body, init);
    await begin.committed;
    const joined = readSse(await b.post("/api/v1/runs", body, init));
    begin.fail();
    expect((await refused).status).toBe(503);
    busy?.finish("first");
    (await model.nextCall()).finish("second");
    const events = await joined.toEnd();
    expect([events[0]?.event, events.at(-1)?.event]).toEqual(["page_start", "done"]);
    for (const stream of earlier) expect((await stream.toEnd()).at(-1)?.event).toBe("done");
    const again = readSse(await a.post("/api/v1/runs", body, init));
    expect((await again.toEnd()).map(({ data }) => data)).toEqual(events.map(({ data }) => data));
  },
  30_000,
);

test("a client that has joined a run by its ticket reads the answer too", async () => {
  const { id } = (await (await a.post("/api/chat/stream/init", { message: "hi" })).json()) as { id: string };
  const begin = unconfirmedBegin();
  const refused = a.get(`/api/chat/stream/${id}`);
  await begin.committed;
  const joined = readSse(await b.get(`/api/chat/stream/${id}`));
  begin.fail();
  expect((await refused).status).toBe(503);
  (await model.nextCall()).finish("the answer");
  expect((await chatFrames(joined)).at(-1)).toMatchObject({ type: "final", data: { content: "the answer" } });
}, 30_000);
