import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { nativeEvents, payloadsOf } from "../support/native-events.ts";
import { nativeRun } from "../support/native-runs.ts";
import { type Place, places } from "../support/places.ts";
import { freshDatabase } from "../support/postgres.ts";
import { newRun, started } from "../support/runs.ts";
import { startService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { refusalOf, runOf, threadOf } from "../support/views.ts";

describe.each(places)("a message to a thread whose run is going, on %s", (_, open) => {
  let place: Place;
  beforeAll(async () => {
    place = await open();
  }, 60_000);
  afterAll(() => place.close());

  const contents = async (userId: string, query = "") =>
    (await threadOf(place.second, userId, "t", query)).messages.map(({ content }) => content);

  /** Starts a run on the first replica that has said `half`. */
  const talking = async (userId: string, half = "half of ") => {
    const run = await nativeRun(place.first, "one", { user_id: userId, thread_id: "t" });
    const call = await place.first.model.nextCall();
    call.emit({ type: "text", delta: half });
    await run.stream.until(({ event }) => event === "token");
    return { ...run, call };
  };

  test("is queued by default, and when it says so", async () => {
    const going = await talking("queue", "1");
    const waiting = [
      await nativeRun(place.second, "two", { user_id: "queue", thread_id: "t" }),
      await nativeRun(place.first, "three", { user_id: "queue", thread_id: "t", multitask: "queue" }),
      await nativeRun(place.second, "four", { user_id: "queue", thread_id: "t", multitask: null }),
    ];
    expect((await runOf(place.first, "queue", waiting[0]?.runId ?? "")).status).toBe("queued");
    going.call.finish();
    (await place.second.model.nextCall()).finish("2");
    (await place.first.model.nextCall()).finish("3");
    (await place.second.model.nextCall()).finish("4");
    for (const { stream } of [going, ...waiting]) await stream.toEnd();
    expect(await contents("queue")).toEqual(["one", "1", "two", "2", "three", "3", "four", "4"]);
  });

  test("is refused with `reject` while a run is going, and only then", async () => {
    const going = await talking("reject", "1");
    const request = { input: { message: "two" }, user_id: "reject", thread_id: "t", multitask: "reject" };
    const refused = await place.second.post("/api/v1/runs", request);
    expect(refused.status).toBe(409);
    expect((await refusalOf(refused)).code).toBe("conflict");
    going.call.finish();
    await going.stream.toEnd();
    const taken = await nativeRun(place.second, "two", request);
    (await place.second.model.nextCall()).finish("2");
    await taken.stream.toEnd();
    expect(await contents("reject")).toEqual(["one", "1", "two", "2"]);
  });

  test("cancels all active and queued runs with `interrupt`, keeps their text, and is answered", async () => {
    const going = await talking("interrupt");
    const waiting = await nativeRun(place.first, "never answered", { user_id: "interrupt", thread_id: "t" });
    const next = await nativeRun(place.second, "two", {
      ...{ user_id: "interrupt", thread_id: "t", multitask: "interrupt" },
    });
    const call = await place.second.model.nextCall();
    expect(going.call.signal.aborted).toBe(true);
    expect(payloadsOf(nativeEvents(await going.stream.toEnd()), "error")).toMatchObject([{ code: "cancelled" }]);
    expect((await waiting.stream.toEnd()).at(-1)).toMatchObject({ event: "error" });
    call.finish("2");
    expect(payloadsOf(nativeEvents(await next.stream.toEnd()), "page_start")).toEqual([{ title: "two" }]);
    expect(await contents("interrupt")).toEqual(["one", "half of ", "two", "2"]);
    for (const { runId } of [going, waiting]) {
      expect(await runOf(place.second, "interrupt", runId)).toMatchObject({ status: "cancelled", superseded_by: null });
    }
  });

  test("cancels all active and queued runs with `replace`, and takes their place", async () => {
    const going = await talking("replace");
    const waiting = await nativeRun(place.first, "never answered", { user_id: "replace", thread_id: "t" });
    const next = await nativeRun(place.second, "two", { user_id: "replace", thread_id: "t", multitask: "replace" });
    const call = await place.second.model.nextCall();
    expect(call.request.messages).toHaveLength(1);
    call.finish("2");
    expect(payloadsOf(nativeEvents(await next.stream.toEnd()), "page_start")).toEqual([
      { title: "two", supersedes: [going.runId, waiting.runId] },
    ]);
    expect((await going.stream.toEnd()).at(-1)?.data).toContain('"code":"cancelled"');
    await waiting.stream.toEnd();
    expect(await contents("replace")).toEqual(["two", "2"]);
    expect(await contents("replace", "&superseded=1")).toEqual(["one", "half of ", "two", "2"]);
    for (const { runId } of [going, waiting]) {
      expect(await runOf(place.second, "replace", runId)).toMatchObject({
        ...{ status: "cancelled", superseded_by: next.runId },
      });
    }
  });

  test("may replace a turn that is over together with those that are not", async () => {
    const at = { user_id: "both", thread_id: "t" };
    const first = await nativeRun(place.first, "zero", at);
    (await place.first.model.nextCall()).finish("0");
    await first.stream.toEnd();
    const going = await talking("both");
    const next = await nativeRun(place.second, "two", { ...at, multitask: "replace", supersedes: first.runId });
    (await place.second.model.nextCall()).finish("2");
    expect(payloadsOf(nativeEvents(await next.stream.toEnd()), "page_start")).toEqual([
      { title: "two", supersedes: [first.runId, going.runId] },
    ]);
    await going.stream.toEnd();
    expect(await contents("both")).toEqual(["two", "2"]);
  });

  test("replaces again and again: each takes the place of all before it", async () => {
    const going = await talking("again");
    const next = async (message: string) =>
      nativeRun(place.second, message, { user_id: "again", thread_id: "t", multitask: "replace" });
    const runs = [await next("two"), await next("three"), await next("four")];
    const last = runs.at(-1);
    // Any of the others may have begun before it was replaced itself.
    for (;;) {
      const call = await place.second.model.nextCall();
      const question = call.request.messages.at(-1);
      if (question !== undefined && "content" in question && question.content === "four") {
        call.finish("4");
        break;
      }
    }
    for (const { stream } of [going, ...runs]) await stream.toEnd();
    expect(nativeEvents(last?.stream.events ?? []).at(-1)?.type).toBe("done");
    expect(await contents("again")).toEqual(["four", "4"]);
  });

  test("says so in the header x-multitask on the other wires, which counts on the native ones where the body says nothing", async () => {
    const going = await talking("header");
    const ask = (path: string, body: object, multitask: string) =>
      place.second.post(path, body, { headers: { "x-multitask": multitask } });
    const wrong = await ask("/stream/v2", { message: "two", userId: "header", threadId: "t" }, "hurry");
    expect(wrong.status).toBe(422);
    expect(await refusalOf(wrong)).toMatchObject({
      details: [{ path: "/x-multitask", message: "must be queue, reject, interrupt or replace" }],
    });
    const rejected = await ask("/ask", { question: "two", user_id: "header", thread_id: "t" }, "reject");
    expect(rejected.status).toBe(409);
    const native = { input: { message: "waits" }, user_id: "header", thread_id: "t", multitask: "reject" };
    expect((await ask("/api/v1/runs", native, "replace")).status).toBe(409);
    expect((await place.second.post("/api/v1/runs", { ...native, multitask: "hurry" })).status).toBe(422);
    // A native body that says nothing leaves it to the header, and no wrong one passes.
    expect((await ask("/api/v1/runs", { ...native, multitask: null }, "reject")).status).toBe(409);
    const solve = { problem: "waits", user_id: "header", thread_id: "t" };
    expect((await ask("/api/v1/solve", solve, "reject")).status).toBe(409);
    expect((await ask("/api/v1/solve", { ...solve, multitask: "reject" }, "hurry")).status).toBe(422);
    const taken = await ask("/stream/v2", { message: "two", userId: "header", threadId: "t" }, "replace");
    (await place.second.model.nextCall()).finish("2");
    expect((await readSse(taken).toEnd()).map(({ event }) => event)).toEqual(["llm.token.delta", "run.completed"]);
    expect(JSON.stringify(await going.stream.toEnd())).toContain("cancelled");
    expect(await contents("header")).toEqual(["two", "2"]);
  });

  test("a retry is placed by the header as well, where its body says nothing", async () => {
    const first = await talking("retry");
    await place.first.post(`/api/v1/runs/${first.runId}/cancel?wait=1&userId=retry`, "");
    await first.stream.toEnd();
    const second = await talking("retry");
    const retry = (multitask: string, body: unknown = "") =>
      place.second.post(`/api/v1/runs/${first.runId}/retry?userId=retry`, body, {
        headers: { "x-multitask": multitask },
      });
    expect((await retry("hurry")).status).toBe(422);
    expect((await retry("replace", { multitask: "queue" })).status).toBe(409);
    const taken = await retry("replace");
    (await place.second.model.nextCall()).finish("1");
    expect(nativeEvents(await readSse(taken).toEnd()).at(-1)?.type).toBe("done");
    await second.stream.toEnd();
    expect(await contents("retry")).toEqual(["one", "1"]);
  });

  test("keeps what its ticket says about the thread's other runs", async () => {
    const going = await talking("ticket");
    const body = { message: "two", user_id: "ticket", conversation_id: "t" };
    const issued = await place.second.post("/api/chat/stream/init", body, { headers: { "x-multitask": "interrupt" } });
    const { id } = (await issued.json()) as { id: string };
    const stream = readSse(await place.second.get(`/api/chat/stream/${id}`));
    (await place.second.model.nextCall()).finish("2");
    await stream.toEnd();
    await going.stream.toEnd();
    expect(await contents("ticket")).toEqual(["one", "half of ", "two", "2"]);
  });
});

test("a message replaces a run and a queued one whose replica has died", async () => {
  const store = postgresStore({ url: await freshDatabase(), system: realSystem });
  const service = await startService({ store, env: { LEASE_TTL: "1s" } });
  const [dead, waiting] = [newRun("u:t", { owner: "gone" }), newRun("u:t", { owner: "gone" })];
  await started(store, dead);
  await store.runs.begin(waiting);
  const next = await nativeRun(service, "two", { user_id: "u", thread_id: "t", multitask: "replace" });
  (await service.model.nextCall()).finish("2");
  expect(payloadsOf(nativeEvents(await next.stream.toEnd()), "page_start")).toEqual([
    { title: "two", supersedes: [dead.runId, waiting.runId] },
  ]);
  expect((await threadOf(service, "u", "t")).messages.map(({ content }) => content)).toEqual(["two", "2"]);
  for (const { runId } of [dead, waiting]) {
    expect(await runOf(service, "u", runId)).toMatchObject({ status: "cancelled", superseded_by: next.runId });
  }
  await service.stop();
  await store.close();
}, 60_000);
