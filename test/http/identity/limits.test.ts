import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { realSystem } from "../../../src/domain/system.ts";
import type { Store } from "../../../src/store/contract.ts";
import { nativeEvents, payloadsOf } from "../../support/native-events.ts";
import { memoryStore } from "../../support/pglite.ts";
import type { ScriptedModel } from "../../support/scripted-model.ts";
import { startService, type TestService } from "../../support/service.ts";
import { readSse } from "../../support/sse.ts";
import { refusalOf } from "../../support/views.ts";

let store: Store;
const services: TestService<ScriptedModel>[] = [];
const started = async (env: Record<string, string>, over: Store = store): Promise<TestService<ScriptedModel>> => {
  const service = await startService({ store: over, owner: realSystem.id(), env });
  services.push(service);
  return service;
};
beforeAll(async () => {
  store = await memoryStore();
});
afterAll(async () => {
  for (const service of services) await service.stop();
  await store.close();
});

const ask = (service: TestService<ScriptedModel>, userId: string, threadId: string | null = null) =>
  service.post("/api/v1/solve", { problem: "hi", user_id: userId, thread_id: threadId });
const answered = async (service: TestService<ScriptedModel>, userId: string, threadId: string | null = null) => {
  const response = await ask(service, userId, threadId);
  if (response.status !== 200) return response;
  (await service.model.nextCall()).finish("Good day.");
  await response.text();
  return response;
};
const limitIn = ({ headers }: Response) =>
  ["retry-after", "ratelimit", "ratelimit-policy"].map((name) => headers.get(name));

describe("RATE_LIMIT_PER_USER", () => {
  test("counts the runs that a user starts on all replicas together, even if their threads are deleted", async () => {
    const env = { RATE_LIMIT_PER_USER: "3/d" };
    const [a, b] = [await started(env), await started(env)];
    expect((await answered(a, "kim", "t")).status).toBe(200);
    expect((await answered(b, "kim")).status).toBe(200);
    const gone = await a.get("/api/v1/threads/t?userId=kim", { method: "DELETE" });
    expect(gone.status).toBe(204);
    expect((await answered(a, "kim", "t")).status).toBe(200);
    for (const service of [a, b]) {
      const refused = await ask(service, "kim", "t");
      expect(refused.status).toBe(429);
      const [retryAfter, rateLimit, policy] = limitIn(refused);
      expect(Number(retryAfter)).toBeWithin(1, 86_401);
      expect(rateLimit).toMatch(/^"requests";r=0;t=\d+$/);
      expect(policy).toBe('"requests";q=3;qu="requests";w=86400');
      expect((await refusalOf(refused)).code).toBe("rate_limited");
    }
    // Other users are not limited, nor are requests of the user that start no run.
    expect((await answered(a, "lee")).status).toBe(200);
    expect((await a.get("/api/v1/threads?userId=kim")).status).toBe(200);
  });

  test("counts every way of starting a run, refuses in the format of its wire, and counts nothing else", async () => {
    const service = await started({ RATE_LIMIT_PER_USER: "1/d" });
    const ticket = async () => {
      const response = await service.post("/api/chat/stream/init", { message: "hi", user_id: "park" });
      return ((await response.json()) as { readonly id: string }).id;
    };
    const tickets = [await ticket(), await ticket()];
    // Refused before it started, and so not counted.
    expect((await service.post("/api/v1/solve", { user_id: "park" })).status).toBe(422);
    const join = (id: string | undefined) => service.get(`/api/chat/stream/${id}`);
    const first = await join(tickets[0]);
    expect(first.status).toBe(200);
    (await service.model.nextCall()).finish("Good day.");
    await first.text();
    // A reader that reconnects starts nothing.
    const again = await join(tickets[0]);
    expect(again.status).toBe(200);
    await again.text();
    for (const refused of [
      await join(tickets[1]),
      await service.get("/ask?question=hi&user_id=park"),
      await service.post("/ask", { question: "hi", user_id: "park" }),
      await service.post("/rag", { question: "hi", user_id: "park" }),
      await service.post("/stream/v2", { message: "hi", userId: "park" }),
      await service.post("/api/chat", { message: "hi", user_id: "park" }),
      await service.post("/api/v1/generate/preview", { input_type: "text", content: "hi", user_id: "park" }),
    ]) {
      expect([refused.url, refused.status]).toEqual([refused.url, 429]);
      expect(limitIn(refused).every((value) => value !== null)).toBe(true);
    }
  });

  test("admits exactly as many as the limit when all arrive at once", async () => {
    const service = await started({ RATE_LIMIT_PER_USER: "4/d" });
    const all = await Promise.all(Array.from({ length: 12 }, () => ask(service, "many")));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(4);
    for (let i = 0; i < 4; i++) (await service.model.nextCall()).finish("Good day.");
    await Promise.all(all.map((response) => response.text()));
  });

  test("when unset does not query the store", async () => {
    const questions: string[] = [];
    const usage = new Proxy(store.usage, {
      get: (target, name, receiver) => {
        questions.push(String(name));
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
    const service = await started({}, { ...store, usage });
    questions.length = 0;
    expect((await answered(service, "free")).status).toBe(200);
    expect(questions.filter((name) => name !== "sweep")).toEqual([]);
  });
});

test("MAX_RUNS_PER_USER reports its limit in the same headers", async () => {
  const service = await started({ MAX_RUNS_PER_USER: "1" });
  const first = await ask(service, "busy");
  const refused = await ask(service, "busy");
  expect([refused.status, ...limitIn(refused)]).toEqual([
    429,
    "5",
    '"runs";r=0;t=5',
    '"runs";q=1;qu="concurrent-requests"',
  ]);
  (await service.model.nextCall()).finish("Good day.");
  await first.text();
});

describe("TOKENS_PER_USER", () => {
  const endOf = async (response: Response) => {
    const events = nativeEvents(await readSse(response).toEnd());
    return events.at(-1);
  };

  test("refuses the next run of a user whose tokens are used up, and no other user's", async () => {
    const service = await started({ TOKENS_PER_USER: "30/d" });
    for (let i = 0; i < 2; i++) expect((await answered(service, "choi")).status).toBe(200); // 15 tokens each
    const refused = await ask(service, "choi");
    expect(refused.status).toBe(429);
    expect((await refusalOf(refused)).code).toBe("credit_exhausted");
    expect(limitIn(refused)[2]).toBe('"tokens";q=30;qu="tokens";w=86400');
    expect((await answered(service, "yoon")).status).toBe(200);
  });

  test("ends a run that exceeds it while its model is streaming; the text is stored and the usage settled", async () => {
    const service = await started({ TOKENS_PER_USER: "100/d" });
    const response = await ask(service, "long", "story");
    const call = await service.model.nextCall();
    for (let i = 0; i < 30; i++) call.emit({ type: "text", delta: "a word or two more " });
    const events = nativeEvents(await readSse(response).toEnd());
    expect(events.at(-1)).toMatchObject({ type: "error", payload: { code: "credit_exhausted", recoverable: false } });
    expect(call.signal.aborted).toBe(true);
    const [settled] = payloadsOf(events, "credit_settled");
    expect((settled?.input_tokens ?? 0) + (settled?.output_tokens ?? 0)).toBeGreaterThan(100);
    const thread = await service.get("/api/v1/threads/story?userId=long");
    expect(JSON.stringify(await thread.json())).toContain("a word or two more");
    expect((await ask(service, "long")).status).toBe(429);
  });

  test("ends a run between two calls of its model", async () => {
    const service = await started({ TOKENS_PER_USER: "100/d" });
    const response = await service.post("/api/v1/solve", { problem: "calculate 1+1", user_id: "rounds" });
    (await service.model.nextCall()).emit(
      { type: "tool_call", id: "c1", name: "calculate", input: { expression: "1+1" } },
      { type: "finish", reason: "tool_calls", usage: { inputTokens: 90, outputTokens: 20 } },
    );
    expect(await endOf(response)).toMatchObject({ type: "error", payload: { code: "credit_exhausted" } });
  });

  test("counts the tokens of the user's runs on another replica", async () => {
    const env = { TOKENS_PER_USER: "100/d" };
    const [a, b] = [await started(env), await started(env)];
    const response = await ask(a, "two");
    const call = await a.model.nextCall();
    const other = await ask(b, "two");
    (await b.model.nextCall()).emit({ type: "finish", reason: "stop", usage: { inputTokens: 95, outputTokens: 0 } });
    expect(await endOf(other)).toMatchObject({ type: "done" });
    call.emit({ type: "finish", reason: "stop", usage: { inputTokens: 10, outputTokens: 0 } });
    expect(await endOf(response)).toMatchObject({ type: "error", payload: { code: "credit_exhausted" } });
  });
});
