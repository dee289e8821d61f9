import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Model } from "../../src/models/contract.ts";
import { answerFrom } from "../support/model-parts.ts";
import { startService, type TestService } from "../support/service.ts";

type Json = { readonly [key: string]: Json };

/**
 * Every JSON body that starts a run or belongs to a user, with its fields for user and thread; null when it has none.
 */
const BODIES: readonly (readonly [path: string, body: object, user: string, thread: string | null])[] = [
  ["/stream/v2", { message: "hi" }, "userId", "threadId"],
  ["/api/v1/solve", { problem: "hi" }, "user_id", "thread_id"],
  ["/ask", { question: "hi" }, "user_id", "thread_id"],
  ["/rag", { question: "hi" }, "user_id", "thread_id"],
  ["/api/chat/stream", { message: "hi" }, "user_id", "conversation_id"],
  ["/api/chat", { message: "hi" }, "user_id", "conversation_id"],
  ["/api/v1/generate/preview", { input_type: "text", content: "Streams are nice." }, "user_id", null],
  ["/api/v1/documents", { title: "a.txt", content: "hi" }, "user_id", null],
  ["/api/v1/tils", { title: "A", content: "B" }, "user_id", null],
];

const quick: Model = {
  id: "quick",
  check: async () => {},
  answer: answerFrom(async function* () {
    yield { type: "text", delta: "an answer" };
    yield { type: "finish", reason: "stop", usage: { inputTokens: 1, outputTokens: 1 } };
  }),
};

let service: TestService<Model>;
let document: Json;
beforeAll(async () => {
  service = await startService({ model: quick });
  document = (await (await service.get("/openapi.json")).json()) as Json;
});
afterAll(() => service.stop());

/** The body's properties in the OpenAPI document. */
const describedAt = (path: string): readonly string[] => {
  const schema = document.paths?.[path]?.post?.requestBody?.content?.["application/json"]?.schema;
  const ref = schema?.$ref as unknown as string | undefined;
  const held = ref === undefined ? schema : document.components?.schemas?.[ref.split("/").at(-1) ?? ""];
  return Object.keys(held?.properties ?? {});
};

describe.each(BODIES)("POST %s", (path, body, user, thread) => {
  test("describes the user and the thread that its body may name", () => {
    const named = thread === null ? [user] : [user, thread];
    expect(describedAt(path)).toEqual(expect.arrayContaining(named));
  });

  test("takes the user from its body, and refuses a different one elsewhere", async () => {
    const taken = await service.post(path, { ...body, [user]: "ann" });
    expect([200, 201]).toContain(taken.status);
    await taken.body?.cancel();
    const mixed = await service.post(path, { ...body, [user]: "ann" }, { headers: { "x-user-id": "bob" } });
    expect(mixed.status).toBe(422);
  });
});

describe.each(BODIES.filter(([, , , thread]) => thread !== null))("POST %s", (path, body, user, thread) => {
  test("goes on in the thread that its body names", async () => {
    const threadId = path.replaceAll("/", "-");
    const request = { ...body, [user]: "ann", [thread ?? ""]: threadId };
    const first = await service.post(path, request);
    expect(first.status).toBe(200);
    await first.text();
    const found = await service.get(`/api/v1/threads/${threadId}?user_id=ann`);
    expect(found.status).toBe(200);
  });
});
