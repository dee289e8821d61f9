import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { type ChatFrame, chatFrames } from "../support/chat.ts";
import { harness } from "../support/harness.ts";
import { freshDatabase } from "../support/postgres.ts";
import { type ScriptedModel, scriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";

/** Two services with one model on one Postgres, each with its own connections. */
let a: TestService<ScriptedModel>;
let b: TestService<ScriptedModel>;
/** The number of calls that the model has received. */
let calls = 0;
const scripted = scriptedModel();
const model: ScriptedModel = {
  ...scripted,
  answer: (...given) => {
    calls++;
    return scripted.answer(...given);
  },
};
beforeAll(async () => {
  const url = await freshDatabase();
  const replica = (owner: string) => startService({ store: postgresStore({ url, system: realSystem }), owner, model });
  a = await replica("a");
  b = await replica("b");
}, 60_000);
afterAll(async () => {
  for (const { drain, store } of [a, b]) {
    await drain();
    await store.close();
  }
});

const ticket = async (service: typeof a, conversation_id: string | null = null): Promise<string> => {
  const response = await service.post("/api/chat/stream/init", { message: "hi", conversation_id });
  return ((await response.json()) as { id: string }).id;
};
const take = async (service: typeof a, id: string) => readSse(await service.get(`/api/chat/stream/${id}`));
const contentOf = (frames: readonly ChatFrame[]): string => {
  const last = frames.at(-1);
  return last?.type === "final" ? last.data.content : JSON.stringify(last);
};

describe("a ticket among two replicas", () => {
  test("that many clients use on both at once starts one run, which all of them read completely", async () => {
    for (let round = 0; round < 10; round++) {
      const before = calls;
      const id = await ticket(a);
      const streams = await Promise.all([a, b, a, b, b, a].map((service) => take(service, id)));
      (await model.nextCall()).finish(`answer ${round}`);
      const all = await Promise.all(streams.map(chatFrames));
      for (const frames of all) expect(frames).toEqual(all[0] ?? []);
      expect(contentOf(all[0] ?? [])).toBe(`answer ${round}`);
      expect(calls).toBe(before + 1);
    }
  }, 30_000);

  test("created on one can be used on the other, and a reader of the first follows live", async () => {
    const id = await ticket(a);
    const begun = await take(b, id);
    const call = await model.nextCall();
    const joined = await take(a, id);
    await joined.until(({ data }) => data.includes("response_generation"));
    call.finish("from b");
    expect(contentOf(await chatFrames(joined))).toBe("from b");
    expect(await chatFrames(begun)).toEqual(await chatFrames(joined));
    expect(contentOf(await chatFrames(await take(a, id)))).toBe("from b");
  });

  test("whose run is queued on one is waited for on the other", async () => {
    const thread = realSystem.id();
    const [one, two] = [await ticket(a, thread), await ticket(a, thread)];
    const first = await take(a, one);
    const call = await model.nextCall();
    const second = await take(a, two);
    const elsewhere = await take(b, two);
    call.finish("first");
    (await model.nextCall()).finish("second");
    expect(contentOf(await chatFrames(first))).toBe("first");
    expect(contentOf(await chatFrames(elsewhere))).toBe("second");
    expect(await chatFrames(second)).toEqual(await chatFrames(elsewhere));
  });
});

test("maintenance deletes expired tickets and no others", async () => {
  const { store, maintenance } = await harness();
  const put = async (ttlMs: number) => {
    const ticketId = realSystem.secret();
    const ticket = { dialect: "chat", request: "{}", runId: realSystem.id() };
    await store.tickets.put({ ...ticket, ticketId, threadKey: "sweep:t", ttlMs });
    return ticketId;
  };
  const [old, current] = [await put(-1), await put(60_000)];
  await maintenance.tick();
  expect(await store.tickets.get("sweep", old)).toBeNull();
  expect(await store.tickets.get("sweep", current)).not.toBeNull();
});
