import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import postgres from "postgres";
import { realSystem, type System } from "../../src/domain/system.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { type ChatFrame, chatFrames } from "../support/chat.ts";
import { eventSource } from "../support/event-source.ts";
import { memoryStore } from "../support/pglite.ts";
import { freshDatabase } from "../support/postgres.ts";
import { type ScriptedModel, scriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { tappedStore } from "../support/tapped-store.ts";

type Replica = TestService<ScriptedModel> & { end(): Promise<unknown> };

const ticket = async (service: TestService<ScriptedModel>, body: Record<string, unknown> = {}): Promise<string> => {
  const response = await service.post("/api/chat/stream/init", { message: "hi", ...body });
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
};
const take = (service: TestService<ScriptedModel>, id: string) => service.get(`/api/chat/stream/${id}`);
const contentOf = (frames: readonly ChatFrame[]): string => {
  const last = frames.at(-1);
  return last?.type === "final" ? last.data.content : JSON.stringify(last);
};

describe("a ticket", () => {
  let service: TestService<ScriptedModel>;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());

  test("is unguessable, names the path for its use, and starts nothing by itself", async () => {
    const response = await service.post("/api/chat/stream/init", {
      message: "hi",
      user_id: "김 여울/../?#",
      conversation_id: "t1",
    });
    const { id } = (await response.json()) as { id: string };
    expect(id).toMatch(/^[\w-]+\.[\w-]{43}$/);
    const { href } = new URL(response.headers.get("location") ?? "", `${service.url}/api/chat/stream/init`);
    expect(href).toBe(`${service.url}/api/chat/stream/${id}`);
    expect(response.headers.get("location")).not.toContain("/");
    expect((await service.get("/api/v1/threads/t1?userId=u")).status).toBe(404);
    expect(await ticket(service)).not.toBe(await ticket(service));
  });

  test("is not used up by HEAD, and HEAD never starts a run", async () => {
    const id = await ticket(service, { conversation_id: "headed", user_id: "h" });
    for (const [path, allowed] of [
      [`/api/chat/stream/${id}`, "GET"],
      ["/api/chat/stream?message=hi&user_id=h", "POST, GET"],
      ["/ask?question=hi&user_id=h", "POST, GET"],
    ] as const) {
      const response = await fetch(service.url + path, { method: "HEAD" });
      expect([response.status, response.headers.get("allow")]).toEqual([405, allowed]);
    }
    const { threads } = (await (await service.get("/api/v1/threads?userId=h")).json()) as { threads: unknown[] };
    expect(threads).toEqual([]);
    const stream = readSse(await take(service, id));
    (await service.model.nextCall()).finish("hello");
    expect(contentOf(await chatFrames(stream))).toBe("hello");
  });

  test("is used by an EventSource, which receives the run once, reconnects, and gets 204", async () => {
    const source = eventSource([`${service.url}/api/chat/stream/${await ticket(service, { conversation_id: "es" })}`]);
    (await service.model.nextCall()).finish("once");
    await source.stopped;
    const frames = source.data.map((data) => JSON.parse(data) as ChatFrame);
    expect(frames.map(({ type }) => type)).toEqual([...Array<"progress">(6).fill("progress"), "final"]);
    expect(contentOf(frames)).toBe("once");
    expect(source.requests.map(({ status }) => status)).toEqual([200, 204]);
    const { messages } = (await (await service.get("/api/v1/threads/es?userId=default_user")).json()) as {
      messages: unknown[];
    };
    expect(messages).toHaveLength(2);
  }, 10_000);

  test("starts one run for any number of simultaneous clients, and all read it from its beginning", async () => {
    const id = await ticket(service);
    const responses = await Promise.all(Array.from({ length: 10 }, () => take(service, id)));
    const streams = responses.map(readSse);
    (await service.model.nextCall()).finish("for all");
    await Promise.all(streams.map((stream) => stream.toEnd()));
    const texts = streams.map((stream) => stream.text);
    expect(new Set(texts.map((text) => text.replace(/^:\n\n/gm, ""))).size).toBe(1);
    expect(texts[0]).toContain('"for all"');
    for (const name of ["x-run-id", "x-trace-id", "x-thread-id"])
      expect(new Set(responses.map(({ headers }) => headers.get(name))).size).toBe(1);
    expect(texts[0]?.match(/query_analysis/g)).toHaveLength(2);
  });

  test("can be joined in the middle and after the end, with everything from the beginning", async () => {
    const id = await ticket(service);
    const first = readSse(await take(service, id));
    const call = await service.model.nextCall();
    await first.until(({ data }) => data.includes("response_generation"));
    await first.leave();
    const second = readSse(await take(service, id));
    call.finish("still there");
    const [frames, after] = [await chatFrames(second), await chatFrames(readSse(await take(service, id)))];
    expect(contentOf(frames)).toBe("still there");
    expect(after).toEqual(frames);
    expect(frames.map(({ type }) => type)).toEqual([...Array<"progress">(6).fill("progress"), "final"]);
  });

  test("shows a failure to clients that join later, in their language", async () => {
    const id = await ticket(service);
    const first = readSse(await take(service, id));
    (await service.model.nextCall()).fail(new Error("sk-secret"));
    await first.toEnd();
    const response = await service.get(`/api/chat/stream/${id}`, { headers: { "accept-language": "ko" } });
    expect((await chatFrames(readSse(response))).at(-1)).toEqual({
      type: "error",
      data: { error: "InternalError", message: "서버에 오류가 발생했습니다." },
    });
  });

  test("waits for its turn behind the conversation's active run", async () => {
    const turn = { conversation_id: "busy" };
    const [one, two] = [await ticket(service, turn), await ticket(service, turn)];
    const first = readSse(await take(service, one));
    const call = await service.model.nextCall();
    const second = readSse(await take(service, two));
    call.finish("first");
    (await service.model.nextCall()).finish("second");
    expect(contentOf(await chatFrames(first))).toBe("first");
    expect(contentOf(await chatFrames(second))).toBe("second");
  });

  test("is deleted with its conversation", async () => {
    const id = await ticket(service, { conversation_id: "gone" });
    const stream = readSse(await take(service, id));
    (await service.model.nextCall()).finish("said");
    await stream.toEnd();
    await service.get("/api/v1/threads/gone?userId=default_user", { method: "DELETE" });
    expect((await take(service, id)).status).toBe(404);
  });

  test("that does not exist is not found, in the wire's format, for any id", async () => {
    const id = await ticket(service, { user_id: "anna" });
    const [user = "", secret = ""] = id.split(".");
    const other = Buffer.from("ben").toString("base64url");
    const odd = ["init", secret, `${other}.${secret}`, `${user}.${secret.slice(1)}A`, `.${secret}`];
    const made = fc.oneof(
      fc.constantFrom(...odd),
      fc.string({ unit: "binary", minLength: 1, maxLength: 30 }).map((text) => encodeURIComponent(text.toWellFormed())),
      fc.uint8Array({ maxLength: 600 }).map((bytes) => `${Buffer.from(bytes).toString("base64url")}.${secret}`),
    );
    await fc.assert(
      fc.asyncProperty(made, async (text) => {
        const response = await take(service, text);
        if (response.status === 400)
          return expect(new URL(`${service.url}/api/chat/stream/${text}`).pathname).not.toMatch(/stream\/./);
        expect(response.status).toBe(404);
        expect(await response.json()).toMatchObject({ error: { code: "not_found" } });
      }),
      { numRuns: 200 },
    );
    expect(await (await take(service, `${user}.${"A".repeat(43)}`)).json()).toMatchObject({ success: false });
  });

  test("is not issued for an invalid question", async () => {
    for (const body of [{ message: " " }, { user_id: "a:b" }, { llm_config: { temperature: 9 } }]) {
      const response = await service.post("/api/chat/stream/init", { message: "hi", ...body });
      expect(response.status).toBeOneOf([400, 422]);
    }
  });
});

describe("a ticket's lifetime", () => {
  test("is ten minutes until its use and an hour for reading, by the database's clock and not by a replica's", async () => {
    const url = await freshDatabase();
    const sql = postgres(url, { max: 1 });
    const passes = (ms: number) =>
      sql`update yeoul.tickets set created_at = created_at - ${ms}::bigint, expires_at = expires_at - ${ms}::bigint`;
    /** Clocks hours ahead and hours behind; both have the same model. */
    const model = scriptedModel();
    const replicas = [5, -5].map(async (hours) => {
      const system: System = { ...realSystem, now: () => realSystem.now() + hours * 3_600_000 };
      const store = postgresStore({ url, system });
      const service = await startService({ system, store, model });
      return { ...service, end: () => service.drain().then(() => store.close()) };
    });
    const [ahead, behind] = (await Promise.all(replicas)) as [Replica, Replica];
    try {
      const [used, unused] = [await ticket(ahead), await ticket(behind)];
      const stream = readSse(await take(behind, used));
      (await model.nextCall()).finish("kept");
      await stream.toEnd();
      await passes(9 * 60_000);
      const late = readSse(await take(ahead, await ticket(behind)));
      (await model.nextCall()).finish("late");
      await late.toEnd();
      await passes(60_000);
      for (const service of [ahead, behind]) {
        expect((await take(service, unused)).status).toBe(404);
        expect(contentOf(await chatFrames(readSse(await take(service, used))))).toBe("kept");
      }
      await passes(50 * 60_000);
      for (const service of [ahead, behind]) expect((await take(service, used)).status).toBe(404);
    } finally {
      await Promise.all([ahead.end(), behind.end(), sql.end()]);
    }
  }, 30_000);
});

describe("a store that becomes unavailable", () => {
  test("while the run starts: the client gets a time to retry, and then the run starts", async () => {
    const { store, taps } = tappedStore(await memoryStore());
    const service = await startService({ store });
    try {
      const id = await ticket(service);
      taps.begin = () => Promise.reject(new StoreError("unavailable", "away"));
      const refused = await Promise.all([take(service, id), take(service, id)]);
      expect(refused.map(({ status }) => status)).toEqual([503, 503]);
      expect(refused[0]?.headers.get("retry-after")).not.toBeNull();
      expect(await refused[0]?.json()).toMatchObject({ success: false, error: { code: "store_unavailable" } });
      taps.begin = undefined;
      const stream = readSse(await take(service, id));
      (await service.model.nextCall()).finish("at last");
      expect(contentOf(await chatFrames(stream))).toBe("at last");
    } finally {
      await service.stop();
      await store.close();
    }
  });
});

describe("a restart", () => {
  test("leaves an unused ticket usable and a used one readable", async () => {
    const store = await memoryStore();
    const before = await startService({ store, owner: "before" });
    const [used, unused] = [await ticket(before), await ticket(before)];
    const stream = readSse(await take(before, used));
    (await before.model.nextCall()).finish("before");
    const frames = await chatFrames(stream);
    await before.stop();
    const after = await startService({ store, owner: "after" });
    try {
      expect(await chatFrames(readSse(await take(after, used)))).toEqual(frames);
      const begun = readSse(await take(after, unused));
      (await after.model.nextCall()).finish("after");
      expect(contentOf(await chatFrames(begun))).toBe("after");
    } finally {
      await after.stop();
      await store.close();
    }
  });

  test("in the middle lets the run go on once, and clients that join receive the whole answer", async () => {
    const store = await memoryStore();
    const before = await startService({ store, owner: "before", env: { DRAIN_TIMEOUT: "10ms" } });
    const id = await ticket(before);
    const stream = readSse(await take(before, id));
    (await before.model.nextCall()).emit({ type: "text", delta: "half " });
    await before.stop();
    // It is told to come back, and nothing of an end.
    await stream.toEnd();
    expect(stream.text).toMatch(/retry: \d+\n\n$/);
    const after = await startService({ store, owner: "after" });
    try {
      const [joined, again] = [readSse(await take(after, id)), readSse(await take(after, id))];
      (await after.model.nextCall()).finish("whole");
      const frames = await chatFrames(joined);
      expect(contentOf(frames)).toBe("half whole");
      expect(await chatFrames(again)).toEqual(frames);
    } finally {
      await after.stop();
      await store.close();
    }
  });
});
