import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { solve, solved } from "../support/answers.ts";
import { messagesOf } from "../support/messages-of.ts";
import { nativeEvents } from "../support/native-events.ts";
import { type ScriptedModel, scriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { stores } from "../support/stores.ts";
import { refusalOf, threadOf } from "../support/views.ts";

interface ThreadList {
  readonly threads: readonly {
    readonly thread_id: string;
    readonly title: string | null;
    readonly created_at: string;
    readonly updated_at: string;
    readonly last_seq: number;
  }[];
  readonly next_cursor: string | null;
}

const DELETED = { code: "cancelled", message: "The thread was deleted.", recoverable: false };

describe.each(stores)("threads in %s", (_name, open) => {
  let service: TestService<ScriptedModel>;
  beforeAll(async () => {
    service = await startService({ store: await open() });
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await service.store.close();
  });

  const listed = async (userId: string, query = ""): Promise<ThreadList> => {
    const response = await service.get(`/api/v1/threads?userId=${userId}${query}`);
    expect(response.status).toBe(200);
    return (await response.json()) as ThreadList;
  };
  const remove = (userId: string, threadId: string) =>
    service.get(`/api/v1/threads/${encodeURIComponent(threadId)}?userId=${userId}`, { method: "DELETE" });
  const watch = async (userId: string, threadId: string) =>
    readSse(await service.get(`/api/v1/threads/${threadId}/events?userId=${userId}`));

  describe("GET /api/v1/threads", () => {
    test("lists the user's threads page by page, the most recently written first", async () => {
      for (const id of ["a", "b", "c:d", "e"]) await solved(service, "lister", id, "ok", `about ${id}`);
      const { events } = await solved(service, "lister", "b");
      await solved(service, "someone", "else");
      const all = await listed("lister");
      expect(all.threads.map(({ thread_id }) => thread_id)).toEqual(["b", "e", "c:d", "a"]);
      expect(all.next_cursor).toBeNull();
      expect(all.threads[0]).toEqual({
        thread_id: "b",
        title: "about b",
        created_at: expect.stringMatching(/^\d{4}-.*Z$/),
        updated_at: expect.stringMatching(/^\d{4}-.*Z$/),
        last_seq: events.at(-1)?.seq ?? 0,
      });
      for (const limit of [1, 2, 3, 4]) {
        const seen: ThreadList["threads"][number][] = [];
        let cursor: string | null = "";
        while (cursor !== null) {
          const page: ThreadList = await listed("lister", `&limit=${limit}${cursor && `&cursor=${cursor}`}`);
          expect(page.threads.length).toBeLessThanOrEqual(limit);
          seen.push(...page.threads);
          cursor = page.next_cursor;
        }
        expect(seen).toEqual([...all.threads]);
      }
    });

    test("is empty for a user without threads, and returns 20 by default", async () => {
      expect(await listed("nobody")).toEqual({ threads: [], next_cursor: null });
      const now = realSystem.now();
      const fill = Array.from({ length: 21 }, async (_, i) => {
        const input = { message: `${i}`, images: [], streamTokens: true, locale: "en" as const, options: {} };
        const ids = { runId: realSystem.id(), messageId: realSystem.id(), threadKey: `many:${i}` as const };
        const owner = { owner: "test", maxQueued: 1, agent: "solve", traceId: "t", now: now + i };
        await service.store.runs.begin({ ...ids, ...owner, input });
      });
      await Promise.all(fill);
      const { threads, next_cursor } = await listed("many");
      expect(threads).toHaveLength(20);
      expect((await listed("many", `&cursor=${next_cursor}`)).threads.map(({ title }) => title)).toEqual(["0"]);
      expect((await listed("many", "&limit=100")).threads).toHaveLength(21);
    });

    test.each(["0", "101", "-1", "1.5", "x", "", "1e2", "%00", "9".repeat(30)])(
      "refuses the limit %j",
      async (limit) => {
        const response = await service.get(`/api/v1/threads?userId=u&limit=${limit}`);
        expect(response.status).toBe(422);
        expect((await refusalOf(response)).details).toMatchObject([{ path: "/limit" }]);
      },
    );

    const cursor = (place: unknown) => Buffer.from(JSON.stringify(place)).toString("base64url");
    test.each([
      "",
      "nonsense",
      "%00",
      cursor(null),
      cursor([1]),
      cursor(["1", "a"]),
      cursor([1, "a\0"]),
      cursor([1, "\ud800"]),
      cursor([-1, "a"]),
      cursor([1e300, "a"]),
      cursor([1, "a", 2]),
      cursor([1, ""]),
    ])("refuses the cursor %j", async (given) => {
      const response = await service.get(`/api/v1/threads?userId=u&cursor=${given}`);
      expect(response.status).toBe(422);
      expect((await refusalOf(response)).details).toMatchObject([{ path: "/cursor" }]);
    });

    test("requires a user", async () => {
      const response = await service.get("/api/v1/threads");
      expect(response.status).toBe(422);
      expect((await refusalOf(response)).details).toMatchObject([{ path: "/userId" }]);
    });
  });

  describe("DELETE /api/v1/threads/{threadId}", () => {
    test("removes all of it, once", async () => {
      const { runId } = await solved(service, "remover", "a:b c");
      const response = await remove("remover", "a:b c");
      expect([response.status, await response.text()]).toEqual([204, ""]);
      const path = `/api/v1/threads/${encodeURIComponent("a:b c")}`;
      for (const gone of [path, `${path}/events`, `${path}/checkpoints`, `/api/v1/runs/${runId}`]) {
        expect((await service.get(`${gone}?userId=remover`)).status).toBe(404);
      }
      expect((await listed("remover")).threads).toEqual([]);
      const again = await remove("remover", "a:b c");
      expect(again.status).toBe(404);
      expect((await refusalOf(again)).code).toBe("not_found");
    });

    test("leaves another user's thread of the same name alone", async () => {
      await solved(service, "mine", "shared");
      await solved(service, "yours", "shared");
      expect((await remove("thief", "shared")).status).toBe(404);
      expect((await remove("mine", "shared")).status).toBe(204);
      expect((await threadOf(service, "yours", "shared")).messages).toHaveLength(2);
    });

    test("stops a run under way: each of its streams ends at once, in one terminal frame", async () => {
      const run = await solve(service, "runner", "t");
      const call = await service.model.nextCall();
      call.emit({ type: "text", delta: "so far" });
      const watched = await watch("runner", "t");
      for (const stream of [run.stream, watched]) await stream.until(({ event }) => event === "token");
      expect((await remove("runner", "t")).status).toBe(204);
      for (const stream of [run.stream, watched]) {
        const frames = await stream.toEnd();
        const last = frames.at(-1);
        expect(last?.id).toBeUndefined();
        expect(JSON.parse(last?.data ?? "")).toMatchObject({ type: "error", seq: 0, payload: DELETED });
        nativeEvents(frames.slice(0, -1));
        expect(frames.filter(({ event }) => event === "done" || event === "error")).toHaveLength(1);
      }
      expect(call.signal.aborted).toBe(true);
      // A model that ignores the abort does not bring the thread back.
      call.finish("a late word");
      expect(await service.store.events.bounds("runner:t")).toBeNull();
      expect((await service.get("/api/v1/threads/t?userId=runner")).status).toBe(404);
    });

    test("also ends the turns that are queued in it", async () => {
      const running = await solve(service, "queue", "t");
      await service.model.nextCall();
      const waiting = [await solve(service, "queue", "t"), await solve(service, "queue", "t")];
      expect((await remove("queue", "t")).status).toBe(204);
      for (const { stream } of [running, ...waiting]) {
        const frames = await stream.toEnd();
        expect(frames.filter(({ event }) => event === "error")).toHaveLength(1);
        expect(JSON.parse(frames.at(-1)?.data ?? "").payload).toEqual(DELETED);
      }
    });

    test("a new thread of the same name is empty, but its numbers continue", async () => {
      const old = await solve(service, "anew", "t");
      (await service.model.nextCall()).emit({ type: "text", delta: "old words" });
      await old.stream.until(({ event }) => event === "token");
      const watched = await watch("anew", "t");
      await remove("anew", "t");
      const { events } = await solved(service, "anew", "t", "new words");
      expect(events[0]?.seq).toBeGreaterThan(1);
      expect(JSON.stringify(events)).not.toContain("old words");
      expect(nativeEvents(await (await watch("anew", "t")).toEnd())).toEqual([...events]);
      expect(JSON.stringify(await watched.toEnd())).not.toContain("new words");
      expect((await threadOf(service, "anew", "t")).messages.map(({ content }) => content)).toEqual([
        "hello there",
        "new words",
      ]);
    });

    test("many deletions and questions at once: each is answered, each stream has one end, and no text is left over", async () => {
      const model = (async () => {
        for (let i = 0; i < 8; i++) (await service.model.nextCall()).finish("answer");
      })();
      void model;
      const requests = Array.from({ length: 8 }, () => solve(service, "storm", "t"));
      const removed = Array.from({ length: 4 }, () => remove("storm", "t"));
      for (const response of await Promise.all(removed)) expect(response.status).toBeOneOf([204, 404]);
      for (const { stream } of await Promise.all(requests)) {
        const frames = await stream.toEnd();
        expect(frames.filter(({ event }) => event === "done" || event === "error")).toHaveLength(1);
      }
      await remove("storm", "t");
      expect(await service.store.events.bounds("storm:t")).toBeNull();
      expect(await messagesOf(service.store, "storm:t")).toEqual([]);
    });
  });
});

test("with two replicas, a deletion on one ends the run and the readers of the other", async () => {
  const [, open] = stores[1] ?? [];
  const store = await open?.();
  const [a, b] = [
    await startService({ ...(store && { store }), owner: "a", model: scriptedModel() }),
    await startService({ ...(store && { store }), owner: "b", model: scriptedModel() }),
  ];
  const run = await solve(b, "u", "t");
  const call = await b.model.nextCall();
  call.emit({ type: "text", delta: "so far" });
  await run.stream.until(({ event }) => event === "token");
  expect((await a.get("/api/v1/threads/t?userId=u", { method: "DELETE" })).status).toBe(204);
  // The other replica notices the deletion when its next event is refused.
  call.emit({ type: "text", delta: "late" });
  const frames = await run.stream.toEnd();
  expect(frames.filter(({ event }) => event === "done" || event === "error")).toHaveLength(1);
  expect(JSON.parse(frames.at(-1)?.data ?? "").payload).toEqual(DELETED);
  expect(JSON.stringify(frames)).not.toContain("late");
  expect(call.signal.aborted).toBe(true);
  expect(await a.store.events.bounds("u:t")).toBeNull();
  for (const service of [a, b]) await service.drain();
  await store?.close();
}, 30_000);
