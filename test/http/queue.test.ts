import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Store } from "../../src/store/contract.ts";
import { type StartedRun, solve } from "../support/answers.ts";
import { nativeEvents, payloadsOf, range, seqs } from "../support/native-events.ts";
import { memoryStore } from "../support/pglite.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { refusalOf, runOf, threadOf } from "../support/views.ts";

let store: Store;
let service: TestService<ScriptedModel>;
beforeAll(async () => {
  store = await memoryStore();
  service = await startService({ store });
});
afterAll(async () => {
  await service.stop();
  await store.close();
});

const refused = async (status: number, response: Response, retryAfter: string) => {
  expect(response.status).toBe(status);
  expect(response.headers.get("retry-after")).toBe(retryAfter);
  return (await refusalOf(response)).code;
};
const ask = (given: { userId: string; threadId?: string }, of: TestService<ScriptedModel> = service) =>
  of.post("/stream/v2", { message: "hi", threadId: null, ...given });

describe("a busy thread", () => {
  test("queues the next turns and answers all in the order of arrival", async () => {
    const runs: StartedRun[] = [];
    for (const n of range(1, 4)) runs.push(await solve(service, "order", "t", `question ${n}`));
    expect((await runOf(service, "order", runs[1]?.runId ?? "")).status).toBe("queued");
    const questions: string[] = [];
    for (const n of range(1, 4)) {
      const call = await service.model.nextCall();
      questions.push(
        ...call.request.messages.map((message) => ("content" in message ? message.content : "")).slice(-1),
      );
      call.finish(`answer ${n}`);
    }
    expect(questions).toEqual(range(1, 4).map((n) => `question ${n}`));
    const ends = await Promise.all(runs.map(async ({ stream }) => nativeEvents(await stream.toEnd())));
    expect(seqs(ends.flat())).toEqual(range(1, ends.flat().length));
    expect(ends.map((events) => payloadsOf(events, "token").map(({ delta }) => delta))).toEqual(
      range(1, 4).map((n) => [`answer ${n}`]),
    );
    const { messages } = await threadOf(service, "order", "t");
    expect(messages.map(({ content }) => content)).toEqual(
      range(1, 4).flatMap((n) => [`question ${n}`, `answer ${n}`]),
    );
  });

  test("queues eight turns and refuses the ninth with 409, with nothing written", async () => {
    const running = await solve(service, "full", "t");
    const call = await service.model.nextCall();
    const waiting = await Promise.all(range(1, 8).map(() => solve(service, "full", "t")));
    expect(await refused(409, await ask({ userId: "full", threadId: "t" }), "5")).toBe("conflict");
    expect((await ask({ userId: "full", threadId: "other" })).status).toBe(200);
    (await service.model.nextCall()).finish("other");
    call.finish("ok");
    await running.stream.toEnd();
    for (const { stream } of waiting) {
      (await service.model.nextCall()).finish("ok");
      expect(nativeEvents(await stream.toEnd()).at(-1)?.type).toBe("done");
    }
    expect((await threadOf(service, "full", "t")).messages).toHaveLength(18);
  });

  test("ends a cancelled queued turn at once, without waiting for the turn before it, and goes on with the next", async () => {
    const running = await solve(service, "skip", "t");
    const call = await service.model.nextCall();
    const cancelled = await solve(service, "skip", "t", "never mind");
    const last = await solve(service, "skip", "t");
    // The turn before it does not end: a cancel that waited for it would never return.
    const response = await service.post(`/api/v1/runs/${cancelled.runId}/cancel?wait=1&userId=skip`, "");
    expect(await response.json()).toMatchObject({ status: "cancelled", error: { code: "cancelled" } });
    // It has no event in the log, and so no id.
    expect(await cancelled.stream.toEnd()).toMatchObject([{ event: "error", id: undefined }]);
    expect(cancelled.stream.text).toContain('"code":"cancelled"');
    call.finish("one");
    (await service.model.nextCall()).finish("three");
    const ends = await Promise.all([running, last].map(({ stream }) => stream.toEnd()));
    expect(seqs(nativeEvents(ends.flat()))).toEqual(range(1, ends.flat().length));
    const { messages } = await threadOf(service, "skip", "t");
    expect(messages.map(({ content }) => content)).not.toContain("never mind");
  });
});

describe("limits", () => {
  test("MAX_RUNS_PER_USER refuses one user with 429, and no other", async () => {
    const limited = await startService({ store, env: { MAX_RUNS_PER_USER: "2" } });
    const runs = [await solve(limited, "greedy"), await solve(limited, "greedy")];
    expect(await refused(429, await ask({ userId: "greedy" }, limited), "5")).toBe("too_many_runs");
    runs.push(await solve(limited, "modest"));
    for (const _ of runs) (await limited.model.nextCall()).finish("ok");
    for (const { stream } of runs) await stream.toEnd();
    const again = await solve(limited, "greedy");
    (await limited.model.nextCall()).finish("ok");
    await again.stream.toEnd();
    await limited.stop();
  });

  test("MAX_RUNS refuses all users with 503 until a run ends", async () => {
    const limited = await startService({ store, env: { MAX_RUNS: "2" } });
    const runs = [await solve(limited, "a"), await solve(limited, "b")];
    expect(await refused(503, await ask({ userId: "c" }, limited), "5")).toBe("busy");
    for (const _ of runs) (await limited.model.nextCall()).finish("ok");
    for (const { stream } of runs) await stream.toEnd();
    const next = await solve(limited, "c");
    (await limited.model.nextCall()).finish("ok");
    await next.stream.toEnd();
    await limited.stop();
  });
});

describe("draining", () => {
  test("accepts no more runs, reports it in readiness, and lets active runs finish", async () => {
    const leaving = await startService({ store });
    const run = await solve(leaving, "leaving", "t");
    const call = await leaving.model.nextCall();
    const stopped = leaving.stop();
    expect(await refused(503, await ask({ userId: "leaving" }, leaving), "2")).toBe("draining");
    const ready = await leaving.get("/api/v1/health");
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      status: "unready",
      checks: { drain: expect.stringContaining("shutting") },
    });
    expect((await leaving.get("/health")).status).toBe(200);
    expect((await threadOf(leaving, "leaving", "t")).messages).toHaveLength(1);
    call.finish("whole");
    expect(nativeEvents(await run.stream.toEnd()).at(-1)?.type).toBe("done");
    await stopped;
  });

  test("hands runs over that take longer than DRAIN_TIMEOUT: their readers are told to come back, and find the whole answer", async () => {
    const leaving = await startService({ store, env: { DRAIN_TIMEOUT: "10ms", RECONNECT_SPREAD: "50ms" } });
    const run = await solve(leaving, "cut", "t");
    const call = await leaving.model.nextCall();
    call.emit({ type: "text", delta: "so far" });
    await run.stream.until(({ event }) => event === "token");
    const stopped = leaving.stop();
    const events = nativeEvents(await run.stream.toEnd());
    expect(run.stream.text).toMatch(/\nretry: \d+\n\n$/);
    expect(events.at(-1)?.type).toBe("token");
    await stopped;
    const last = events.at(-1)?.seq ?? 0;
    const rest = readSse(await service.get(`/api/v1/threads/t/events?userId=cut&after=${last}`));
    (await service.model.nextCall()).finish(", and more");
    const types = nativeEvents(await rest.toEnd()).map(({ type }) => type);
    expect(types).toEqual(["attempt_started", "token", "solve_progress", "credit_settled", "done"]);
    expect((await threadOf(service, "cut", "t")).messages.at(-1)?.content).toBe("so far, and more");
  });
});
