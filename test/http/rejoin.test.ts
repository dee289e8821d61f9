import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { realSystem } from "../../src/domain/system.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { eventSource } from "../support/event-source.ts";
import { memoryStore } from "../support/pglite.ts";
import { freshDatabase } from "../support/postgres.ts";
import { type ScriptedModel, scriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse, type SseReader } from "../support/sse.ts";

type Service = TestService<ScriptedModel>;
interface Parsed {
  readonly type: string;
  readonly content?: string;
  readonly data?: { readonly content?: string };
}

/** The wires that an EventSource can use, and how each carries the deltas of the answer. */
interface Wire {
  readonly name: string;
  /** The path of a question. */
  address(service: Service, question: string, user: string): Promise<string>;
  deltaOf(events: Parsed): string | undefined;
  readonly end: "done" | "final";
}
const inChat = ({ type, data }: Parsed) => (type === "token" ? data?.content : undefined);
const wires: readonly Wire[] = [
  {
    name: "GET /ask",
    address: async ({ url }, question, user_id) => `${url}/ask?${new URLSearchParams({ question, user_id })}`,
    deltaOf: ({ type, content }) => (type === "token" ? content : undefined),
    end: "done",
  },
  {
    name: "GET /api/chat/stream",
    address: async ({ url }, message, user_id) =>
      `${url}/api/chat/stream?${new URLSearchParams({ message, user_id, stream_tokens: "true" })}`,
    deltaOf: inChat,
    end: "final",
  },
  {
    name: "GET /api/chat/stream/{id}",
    address: async (service, message, user_id) => {
      const response = await service.post("/api/chat/stream/init", { message, user_id, stream_tokens: true });
      return `${service.url}/api/chat/stream/${((await response.json()) as { id: string }).id}`;
    },
    deltaOf: inChat,
    end: "final",
  },
];

const WORDS = ["여울은 ", "물살이 빠른\n\n", "곳입니다. 🎉"];
const parsed = (data: readonly string[]): readonly Parsed[] => data.map((text) => JSON.parse(text) as Parsed);
const deltasIn = (wire: Wire, data: readonly string[]) => parsed(data).flatMap((events) => wire.deltaOf(events) ?? []);
/** Returns the number of the user's threads: a repeated question would start another one. */
const runsOf = async (service: Service, user: string): Promise<number> => {
  const { threads } = (await (await service.get(`/api/v1/threads?userId=${user}`)).json()) as { threads: unknown[] };
  return threads.length;
};
const comeBack = (url: string, id: string | undefined) =>
  fetch(url, { headers: id === undefined ? {} : { "last-event-id": id } });

describe.each([...wires])("$name", (wire) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ env: { HEARTBEAT_INTERVAL: "20ms" } });
  });
  afterAll(() => service.stop());

  test("an EventSource that is cut off after each word receives the answer once, and then stops", async () => {
    const user = `cut ${wire.name.length}`;
    // Each connection is cut after its first delta, as by a proxy.
    const source = eventSource([await wire.address(service, "여울이 뭐야?", user)], ({ text }) =>
      wire.name === "GET /ask" ? text.includes('"token"') : /"type":"token"/.test(text),
    );
    const call = await service.model.nextCall();
    for (const [i, delta] of WORDS.entries()) {
      call.emit({ type: "text", delta });
      await source.until(({ data }) => deltasIn(wire, data).length === i + 1);
    }
    call.finish();
    await source.stopped;
    expect(deltasIn(wire, source.data)).toEqual(WORDS);
    const events = parsed(source.data);
    expect(events.filter(({ type }) => type === wire.end)).toHaveLength(1);
    expect(events.at(-1)?.type).toBe(wire.end);
    expect(source.requests.map(({ status }) => status)).toEqual([...Array(4).fill(200), 204]);
    expect(await runsOf(service, user)).toBe(1);
  }, 20_000);

  test("an EventSource that is cut off before the first word does not ask again", async () => {
    const user = `early ${wire.name.length}`;
    const source = eventSource(
      [await wire.address(service, "hi", user)],
      ({ number, text }) => number === 0 && text.includes("id: "),
    );
    const call = await service.model.nextCall();
    await source.until(({ requests }) => requests.length === 2);
    call.finish("Good day.");
    await source.stopped;
    expect(source.requests[1]?.lastEventId).toMatch(/^[0-9a-f-]{36}:\d+$/);
    expect(deltasIn(wire, source.data)).toEqual(["Good day."]);
    expect(await runsOf(service, user)).toBe(1);
  }, 20_000);

  test("frames have ids that name the run and the event, and the first frame is an id alone", async () => {
    const response = await fetch(await wire.address(service, "hi", "ids"));
    const stream = readSse(response);
    (await service.model.nextCall()).finish("Good day.");
    const frames = await stream.toEnd();
    const runId = response.headers.get("x-run-id");
    expect(stream.text).toStartWith(`:\n\nid: ${runId}:0\n\n`);
    const seqs = frames.map(({ id }) => Number(id?.split(":")[1]));
    expect(frames.map(({ id }) => id?.split(":")[0])).toEqual(frames.map(() => runId ?? ""));
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    expect(new Set(seqs).size).toBe(seqs.length);
  });

  test("a reader that reconnects after any frame gets each of the others once, and 204 after the last", async () => {
    const url = await wire.address(service, "hi", "after");
    const stream = readSse(await fetch(url));
    const call = await service.model.nextCall();
    for (const delta of WORDS) {
      call.emit({ type: "text", delta });
      await stream.until(({ data }) => data.includes(JSON.stringify(delta).slice(1, -1)));
    }
    call.finish();
    const frames = await stream.toEnd();
    expect(
      deltasIn(
        wire,
        frames.map(({ data }) => data),
      ),
    ).toEqual(WORDS);
    for (const [i, { id }] of frames.entries()) {
      const response = await comeBack(url, id);
      expect([id, response.status]).toEqual([id, i === frames.length - 1 ? 204 : 200]);
      const again = readSse(response);
      expect(await again.toEnd()).toEqual(frames.slice(i + 1));
      if (response.status === 200) expect(again.text).toStartWith(`:\n\nid: ${id}\n\n`);
    }
    const [runId] = frames[0]?.id?.split(":") ?? [];
    for (const odd of ["0", "1", "9999", "9999999999"]) {
      expect(await readSse(await comeBack(url, `${runId}:${odd}`)).toEnd()).toEqual([...frames]);
    }
    expect(await runsOf(service, "after")).toBe(1);
  });

  test("an id that names no run of the user gets 204 and starts none", async () => {
    const other = await service.post("/ask", { question: "hi", user_id: "other" });
    (await service.model.nextCall()).finish("secret");
    await readSse(other).toEnd();
    const url = await wire.address(service, "hi", "nobody");
    const odd = ["x", ":", "1:2:3", `${realSystem.id()}:0`, `${other.headers.get("x-run-id")}:0`, "%00:1"];
    const ids = fc.oneof(
      fc.constantFrom(...odd),
      fc.string({ minLength: 1, maxLength: 40 }).filter((id) => /^[\x21-\x7e]+$/.test(id)),
    );
    await fc.assert(
      fc.asyncProperty(ids, async (id) => {
        const response = await comeBack(url, id);
        expect([id, response.status, await response.text()]).toEqual([id, 204, ""]);
      }),
      { numRuns: 30 },
    );
    expect(await runsOf(service, "nobody")).toBe(0);
  });

  test("a failed run sends its failure once, then 204", async () => {
    const url = await wire.address(service, "hi", "failed");
    const stream = readSse(await fetch(url));
    (await service.model.nextCall()).fail(new Error("sk-secret"));
    const frames = await stream.toEnd();
    expect(JSON.parse(frames.at(-1)?.data ?? "{}")).toMatchObject({ type: "error" });
    expect((await comeBack(url, frames.at(-1)?.id)).status).toBe(204);
    expect(
      (await readSse(await comeBack(url, frames.at(-2)?.id ?? `${frames[0]?.id?.split(":")[0]}:0`)).toEnd()).length,
    ).toBe(1);
  });

  test("a deleted thread's run no longer exists", async () => {
    const url = await wire.address(service, "hi", "deleted");
    const response = await fetch(url);
    const stream = readSse(response);
    (await service.model.nextCall()).finish("gone");
    const [first] = await stream.toEnd();
    const threadId = response.headers.get("x-thread-id");
    await service.get(`/api/v1/threads/${threadId}?userId=deleted`, { method: "DELETE" });
    // The ticket is deleted with its thread.
    expect((await comeBack(url, first?.id)).status).toBe(wire.name.endsWith("{id}") ? 404 : 204);
  });
});

test("a blank question is answered once: its ids lead to 204", async () => {
  const service = await startService();
  try {
    const source = eventSource([`${service.url}/ask?question=%20`]);
    await source.stopped;
    expect(parsed(source.data).map(({ type }) => type)).toEqual(["error"]);
    expect(source.requests.map(({ status }) => status)).toEqual([200, 204]);
  } finally {
    await service.stop();
  }
}, 20_000);

test("a turn cancelled in the queue sends its end once: its last id leads to 204, an earlier one to its end", async () => {
  const service = await startService();
  try {
    const url = (question: string) =>
      `${service.url}/ask?${new URLSearchParams({ question, user_id: "q", thread_id: "t" })}`;
    const before = readSse(await fetch(url("first")));
    const call = await service.model.nextCall();
    const response = await fetch(url("second"));
    const runId = response.headers.get("x-run-id");
    await service.post(`/api/v1/runs/${runId}/cancel?userId=q`, "");
    const frames = await readSse(response).toEnd();
    expect(parsed(frames.map(({ data }) => data))).toMatchObject([{ type: "error" }]);
    expect((await comeBack(url("second"), frames.at(-1)?.id)).status).toBe(204);
    const again = await readSse(await comeBack(url("second"), `${runId}:0`)).toEnd();
    expect(parsed(again.map(({ data }) => data))).toMatchObject([{ type: "error" }]);
    call.finish("done");
    await before.toEnd();
  } finally {
    await service.stop();
  }
}, 20_000);

test("a POST's frames have no ids, even with a Last-Event-ID", async () => {
  const service = await startService();
  try {
    for (const [path, body] of [
      ["/ask", { question: "hi" }],
      ["/api/chat/stream", { message: "hi", stream_tokens: true }],
    ] as const) {
      const stream: SseReader = readSse(await service.post(path, body, { headers: { "last-event-id": "x:1" } }));
      (await service.model.nextCall()).finish("Good day.");
      expect((await stream.toEnd()).map(({ id }) => id).filter((id) => id !== undefined)).toEqual([]);
      expect(stream.text).toContain("Good day.");
    }
  } finally {
    await service.stop();
  }
});

test.each([...wires])(
  "$name: a reader can continue on another replica than the one that runs",
  async (wire) => {
    const url = await freshDatabase();
    const replica = (owner: string) =>
      startService({ store: postgresStore({ url, system: realSystem }), owner, model: scriptedModel() });
    const [a, b] = [await replica("a"), await replica("b")];
    try {
      const there = await wire.address(a, "hi", "u");
      const here = there.replace(a.url, b.url);
      const source = eventSource([there, here], ({ number, text }) => number === 0 && text.includes("one "));
      const call = await a.model.nextCall();
      call.emit({ type: "text", delta: "one " });
      await source.until(({ requests }) => requests.length === 2);
      call.emit({ type: "text", delta: "two " });
      await source.until(({ data }) => deltasIn(wire, data).length === 2);
      call.finish("three");
      await source.stopped;
      expect(deltasIn(wire, source.data)).toEqual(["one ", "two ", "three"]);
      expect(source.requests.map(({ status }) => status)).toEqual([200, 200, 204]);
      expect(await runsOf(b, "u")).toBe(1);
    } finally {
      for (const { drain, store } of [a, b]) {
        await drain();
        await store.close();
      }
    }
  },
  60_000,
);

test.each([...wires])(
  "$name: after a restart a reader can continue with what was emitted before",
  async (wire) => {
    const store = await memoryStore();
    const before = await startService({ store, owner: "before" });
    const url = await wire.address(before, "hi", "u");
    const stream = readSse(await fetch(url));
    const call = await before.model.nextCall();
    call.finish("Good day.");
    const frames = await stream.toEnd();
    await before.stop();
    const after = await startService({ store, owner: "after" });
    try {
      const here = url.replace(before.url, after.url);
      expect(await readSse(await comeBack(here, frames[0]?.id)).toEnd()).toEqual(frames.slice(1));
      expect((await comeBack(here, frames.at(-1)?.id)).status).toBe(204);
      expect(await runsOf(after, "u")).toBe(1);
    } finally {
      await after.stop();
      await store.close();
    }
  },
  60_000,
);
