import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { refusalOf, threadOf } from "../support/views.ts";

let service: TestService<ScriptedModel>;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

/** Every bounded text of every request: its field, its maximum number of code points, and the rest of the body. */
const fields: readonly (readonly [
  path: string,
  field: string,
  most: number,
  rest: Readonly<Record<string, unknown>>,
])[] = [
  ["/stream/v2", "userId", 128, { message: "hi" }],
  ["/stream/v2", "threadId", 256, { message: "hi", userId: "u" }],
  ["/api/v1/solve", "user_id", 128, { problem: "hi" }],
  ["/api/v1/solve", "thread_id", 256, { problem: "hi", user_id: "u" }],
  ["/ask", "user_id", 128, { question: "hi" }],
  ["/rag", "collection", 128, { question: "hi" }],
  ["/api/chat/stream/init", "conversation_id", 256, { message: "hi" }],
  ["/api/chat/stream/init", "custom_prompt", 10_000, { message: "hi" }],
  ["/api/v1/documents", "title", 300, { content: "hi" }],
  ["/api/v1/documents", "collection", 128, { title: "t", content: "hi" }],
  ["/api/v1/tils", "title", 200, { content: "hi" }],
  ["/api/v1/tils", "excerpt", 500, { title: "t", content: "hi" }],
];

test.each([...fields])(
  "%s accepts a %s of %d characters of two UTF-16 units each, and refuses one more",
  async (path, field, most, rest) => {
    const body = (count: number) => ({ ...rest, [field]: "🎉".repeat(count) });
    const response = await service.post(path, body(most));
    expect([response.status, response.ok ? "" : await response.text()]).toEqual([
      response.ok ? response.status : 200,
      "",
    ]);
    if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
      if (path !== "/rag") (await service.model.nextCall()).finish("ok");
      await readSse(response).toEnd();
    }
    const refused = await service.post(path, body(most + 1));
    expect(refused.status).toBe(422);
    const { error } = (await refused.json()) as { error: { details: { path: string }[] } };
    expect(error.details.map((detail) => detail.path)).toEqual([`/${field}`]);
  },
);

test("the longest ids work everywhere: their thread can be read, listed and followed, and its ticket used", async () => {
  const [user, threadId] = ["🧪".repeat(128), "🎉".repeat(256)];
  const made = await service.post("/api/chat/stream/init", { message: "hi", user_id: user, conversation_id: threadId });
  const { id } = (await made.json()) as { id: string };
  const stream = readSse(await service.get(`/api/chat/stream/${id}`));
  (await service.model.nextCall()).finish("Good day.");
  await stream.toEnd();
  expect((await threadOf(service, user, threadId)).messages.map(({ content }) => content)).toEqual(["hi", "Good day."]);
  const asUser = `userId=${encodeURIComponent(user)}`;
  const { threads } = (await (await service.get(`/api/v1/threads?${asUser}`)).json()) as {
    threads: { thread_id: string }[];
  };
  expect(threads.map(({ thread_id }) => thread_id)).toEqual([threadId]);
  const events = await service.get(`/api/v1/threads/${encodeURIComponent(threadId)}/events?${asUser}&after=1`);
  expect((await readSse(events).toEnd()).at(-1)?.event).toBe("done");
});

describe.each([".", ".."])("a thread called %p", (name) => {
  test("cannot be started on any wire", async () => {
    for (const [path, body] of [
      ["/stream/v2", { message: "hi", userId: "dots", threadId: name }],
      ["/api/v1/solve", { problem: "hi", user_id: "dots", thread_id: name }],
      ["/ask", { question: "hi", thread_id: name }],
      ["/rag", { question: "hi", thread_id: name }],
      ["/api/chat/stream", { message: "hi", conversation_id: name }],
      ["/api/chat/stream/init", { message: "hi", conversation_id: name }],
      ["/api/chat", { message: "hi", conversation_id: name }],
    ] as const) {
      const response = await service.post(path, body);
      expect([path, response.status]).toEqual([path, 422]);
      expect(await response.text()).toContain("neither '.' nor '..'");
    }
    for (const path of [`/ask?question=hi&thread_id=${name}`, `/api/chat/stream?message=hi&conversation_id=${name}`]) {
      expect([path, (await service.get(path)).status]).toEqual([path, 422]);
    }
    const { threads } = (await (await service.get("/api/v1/threads?userId=dots")).json()) as { threads: unknown[] };
    expect(threads).toEqual([]);
  });

  test("cannot be created by a fork or named in an access token", async () => {
    const stream = readSse(await service.post("/api/v1/solve", { problem: "hi", user_id: "forker", thread_id: "t" }));
    (await service.model.nextCall()).finish("ok");
    await stream.toEnd();
    const { checkpoints } = (await (await service.get("/api/v1/threads/t/checkpoints?userId=forker")).json()) as {
      checkpoints: { checkpoint_id: string }[];
    };
    const body = { checkpoint_id: checkpoints[0]?.checkpoint_id, thread_id: name };
    const response = await service.post("/api/v1/threads/t/fork?userId=forker", body);
    expect(response.status).toBe(422);
    expect((await refusalOf(response)).details.map(({ path }) => path)).toEqual(["/thread_id"]);
    const token = await service.post("/api/v1/access-tokens", { user_id: "forker", thread_id: name });
    expect(token.status).toBe(422);
  });

  test("cannot be requested by any spelling of its path", async () => {
    const spelled = [name, name.replaceAll(".", "%2e"), name.replaceAll(".", "%2E")];
    for (const written of spelled) {
      for (const [method, end] of [
        ["GET", ""],
        ["DELETE", ""],
        ["GET", "/events"],
        ["POST", "/fork"],
      ] as const) {
        const response = await fetch(`${service.url}/api/v1/threads/${written}${end}?userId=u`, { method });
        // A client or proxy that resolves the path first turns it into another one.
        expect(response.status).toBeOneOf([200, 404, 405, 415, 422]);
        if (response.status === 200) expect(await response.json()).toHaveProperty("threads");
      }
    }
  });
});
