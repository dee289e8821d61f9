import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { nativeEvents, payloadsOf } from "../support/native-events.ts";
import { answeredRun, nativeRun } from "../support/native-runs.ts";
import { publishedDocument } from "../support/openapi.ts";
import { memoryStore } from "../support/pglite.ts";
import { type Place, places } from "../support/places.ts";
import { mountedRoutes } from "../support/routes.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { refusalOf, runOf, threadOf } from "../support/views.ts";

type Service = TestService<ScriptedModel>;

const keyed = (key: string) => ({ headers: { "idempotency-key": key } });
const idOf = (response: Response) => response.headers.get("x-run-id") ?? "";

describe.each(places)("Idempotency-Key, on %s", (_, open) => {
  let place: Place;
  beforeAll(async () => {
    place = await open();
  }, 60_000);
  afterAll(() => place.close());

  const body = (user_id: string, given: object = {}) => ({ input: { message: "hello" }, user_id, ...given });
  const ask = (service: Service, userId: string, key: string, given: object = {}) =>
    service.post("/api/v1/runs", body(userId, given), keyed(key));

  /** Answers the model's call of a run, on whichever replica that is. */
  const callOf = async (runId: string, userId: string): Promise<void> => {
    const services = [...new Set([place.first, place.second])];
    const calls = services.map(async (service) => ({ service, call: await service.model.nextCall() }));
    const { service, call } = await Promise.race(calls);
    call.finish("once");
    // The other replica's model still waits to be called.
    for (const other of services.filter((each) => each !== service)) {
      const run = await nativeRun(other, "hello", { user_id: `${userId} besides` });
      for (const waiting of calls) {
        const made = await waiting;
        if (made.service === other) made.call.finish("besides");
      }
      await run.stream.toEnd();
    }
    expect(runId).not.toBe("");
  };

  test("joins the run from its first frame: under way, ended, cancelled, and asks the model once", async () => {
    const first = await ask(place.first, "join", "k");
    expect(first.status).toBe(200);
    const stream = readSse(first);
    const call = await place.first.model.nextCall();
    call.emit({ type: "text", delta: "half of " });
    await stream.until(({ event }) => event === "token");
    const joined = await ask(place.second, "join", "k");
    expect([idOf(joined), joined.headers.get("x-thread-id")]).toEqual([idOf(first), first.headers.get("x-thread-id")]);
    const joinedStream = readSse(joined);
    await joinedStream.until(({ event }) => event === "token");
    call.finish("it");
    const events = await stream.toEnd();
    expect(nativeEvents(events).at(-1)?.type).toBe("done");
    expect(await joinedStream.toEnd()).toEqual(events);
    // In quotes, as the draft has it.
    const late = await ask(place.first, "join", '"k"');
    expect(await readSse(late).toEnd()).toEqual(events);

    const cancelled = await ask(place.first, "join", "c");
    const going = readSse(cancelled);
    (await place.first.model.nextCall()).emit({ type: "text", delta: "half" });
    await going.until(({ event }) => event === "token");
    await place.second.post(`/api/v1/runs/${idOf(cancelled)}/cancel?wait=1&userId=join`, "");
    const again = await readSse(await ask(place.second, "join", "c")).toEnd();
    expect(again).toEqual(await going.toEnd());
    expect(payloadsOf(nativeEvents(again), "error")).toMatchObject([{ code: "cancelled" }]);
  });

  test("of many at once, on all replicas, one starts the run", async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, at) => ask(at % 2 === 0 ? place.first : place.second, "many", "k")),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(idOf)).size).toBe(1);
    await callOf(idOf(answers[0] as Response), "many");
    for (const answer of answers) expect(nativeEvents(await readSse(answer).toEnd()).at(-1)?.type).toBe("done");
    const { runs } = (await (await place.first.get("/api/v1/runs?userId=many")).json()) as { runs: unknown[] };
    expect(runs).toHaveLength(1);
  });

  test("with another body is 422 and names the header; another user and endpoint have keys of their own", async () => {
    const first = await ask(place.first, "other", "k", { background: true });
    const other = await ask(place.second, "other", "k", { background: true, thread_id: "another" });
    expect([other.status, (await refusalOf(other)).details.map(({ path }) => path)]).toEqual([
      422,
      ["/idempotency-key"],
    ]);
    const users = await ask(place.first, "other2", "k", { background: true });
    const solve = await place.first.post("/api/v1/solve", { problem: "hello", user_id: "other" }, keyed("k"));
    expect(new Set([idOf(first), idOf(users), idOf(solve)]).size).toBe(3);
    for (let i = 0; i < 3; i++) (await place.first.model.nextCall()).finish("ok");
    await readSse(solve).toEnd();
  });

  test("that came with a refused request is free for any other", async () => {
    const going = await nativeRun(place.first, "hello", { user_id: "refused", thread_id: "t" });
    const call = await place.first.model.nextCall();
    const refusals = [
      await ask(place.second, "refused", "k", { input: { message: " " } }),
      await ask(place.second, "refused", "k", { agent: "nobody" }),
      await ask(place.second, "refused", "k", { thread_id: "t", multitask: "reject" }),
      await ask(place.second, "refused", "k", { supersedes: "never" }),
    ];
    expect(refusals.map(({ status }) => status)).toEqual([422, 404, 409, 404]);
    const taken = await ask(place.second, "refused", "k");
    expect(taken.status).toBe(200);
    (await place.second.model.nextCall()).finish("ok");
    await readSse(taken).toEnd();
    call.finish("ok");
    await going.stream.toEnd();
  });

  test("sent again does not interrupt, supersede or retry again", async () => {
    const at = { user_id: "once", thread_id: "t" };
    const first = await answeredRun(place.first, "one", "1", at);
    const edit = () =>
      ask(place.second, "once", "edit", { thread_id: "t", multitask: "replace", supersedes: first.runId });
    const edited = await edit();
    const again = await edit();
    expect(idOf(again)).toBe(idOf(edited));
    (await place.second.model.nextCall()).finish("2");
    await readSse(again).toEnd();
    expect((await runOf(place.first, "once", idOf(edited))).status).toBe("succeeded");

    const failed = await nativeRun(place.first, "three", at);
    await place.first.model.nextCall();
    await place.first.post(`/api/v1/runs/${failed.runId}/cancel?wait=1&userId=once`, "");
    const retry = (service: Service) =>
      service.post(`/api/v1/runs/${failed.runId}/retry?userId=once`, { background: true }, keyed("retry"));
    const retried = await retry(place.first);
    expect(retried.status).toBe(202);
    (await place.first.model.nextCall()).finish("3");
    await readSse(await place.first.get("/api/v1/threads/t/events?userId=once")).toEnd();
    const repeated = await retry(place.second);
    expect([repeated.status, await repeated.json()]).toEqual([
      202,
      { run_id: idOf(retried), thread_id: "t", status: "succeeded" },
    ]);
    expect((await threadOf(place.first, "once", "t")).messages.map(({ content }) => content)).toEqual([
      ...["hello", "2", "three", "3"],
    ]);
  });

  test("answers in one piece, and gives the ticket that it gave", async () => {
    const chat = { message: "hello", user_id: "piece" };
    const first = place.first.post("/api/chat", chat, keyed("k"));
    (await place.first.model.nextCall()).finish("whole");
    const answer = await (await first).json();
    expect(await (await place.second.post("/api/chat", chat, keyed("k"))).json()).toEqual(answer);
    const init = async (service: Service) => {
      const response = await service.post("/api/chat/stream/init", chat, keyed("k"));
      return [response.status, response.headers.get("location"), await response.json()];
    };
    expect(await init(place.second)).toEqual(await init(place.first));
  });

  test("of a write gets the answer that it got, status and body, and writes once", async () => {
    const write = async (service: Service, path: string, body: unknown, key = "k") => {
      const response = await service.post(path, body, keyed(key));
      return [response.status, await response.json()] as const;
    };
    const til = { title: "A note", content: "Some text.", user_id: "write" };
    const saved = await write(place.first, "/api/v1/tils", til);
    expect(saved[0]).toBe(201);
    expect(await write(place.second, "/api/v1/tils", til)).toEqual(saved);
    expect((await write(place.second, "/api/v1/tils", { ...til, title: "Another" }))[0]).toBe(422);
    const { tils } = (await (await place.first.get("/api/v1/tils?user_id=write")).json()) as { tils: unknown[] };
    expect(tils).toHaveLength(1);

    const document = { title: "d.txt", content: "Some text that is kept.", user_id: "write" };
    const stored = await write(place.first, "/api/v1/documents", document);
    expect(stored[0]).toBe(201);
    // Without the key it is known by its content: 200.
    expect(await write(place.second, "/api/v1/documents", document)).toEqual(stored);

    const run = await answeredRun(place.first, "one", "1", { user_id: "write", thread_id: "t" });
    const points = await (await place.first.get("/api/v1/threads/t/checkpoints?userId=write")).json();
    const { checkpoint_id } = (points as { checkpoints: { checkpoint_id: string }[] }).checkpoints.at(-1) ?? {};
    const forked = await write(place.first, "/api/v1/threads/t/fork?userId=write", { checkpoint_id });
    expect(forked[0]).toBe(201);
    expect(await write(place.second, "/api/v1/threads/t/fork?userId=write", { checkpoint_id })).toEqual(forked);

    const cancelled = await write(place.first, `/api/v1/runs/${run.runId}/cancel?userId=write`, "");
    expect(cancelled).toMatchObject([200, { status: "succeeded" }]);
    expect(await write(place.second, `/api/v1/runs/${run.runId}/cancel?userId=write`, "")).toEqual(cancelled);
    // The path belongs to the request.
    expect((await write(place.second, "/api/v1/runs/another/cancel?userId=write", ""))[0]).toBe(422);
  });

  test("of a form counts its parts, not the boundary that the client chose", async () => {
    const form = (text: string) => {
      const data = new FormData();
      data.set("user_id", "form");
      data.set("file", new File([text], "notes.txt", { type: "text/plain" }));
      return fetch(`${place.first.url}/api/v1/documents`, { method: "POST", body: data, ...keyed("f") });
    };
    const first = await form("The text of the notes.");
    expect(first.status).toBe(201);
    const again = await form("The text of the notes.");
    expect([again.status, await again.json()]).toEqual([201, await first.json()]);
    expect((await form("Another text.")).status).toBe(422);
  });

  test("of a run that was deleted with its thread starts nothing anew", async () => {
    const given = { thread_id: "gone", background: true };
    const first = await ask(place.first, "gone", "k", given);
    (await place.first.model.nextCall()).finish("1");
    expect(first.status).toBe(202);
    expect((await place.first.get("/api/v1/threads/gone?userId=gone", { method: "DELETE" })).status).toBe(204);
    const again = await ask(place.second, "gone", "k", given);
    expect([again.status, (await refusalOf(again)).code]).toEqual([404, "not_found"]);
    expect((await place.first.get("/api/v1/threads/gone?userId=gone")).status).toBe(404);
  });

  test("must be 1 to 255 visible characters", async () => {
    for (const key of ["", " ", "a b", "ä", "x".repeat(256), '"', '""', '"a', '"a b"', '"a";p=1']) {
      const response = await ask(place.first, "bounds", key, { background: true });
      expect([key, response.status, (await refusalOf(response)).details.map(({ path }) => path)]).toEqual([
        ...[key, 422, ["/idempotency-key"]],
      ]);
    }
    for (const key of [
      "x",
      "x".repeat(255),
      `"${"x".repeat(255)}"`,
      '"a\\"b\\\\"',
      "8e03978e-40d5-43e8-bc93-6894a57f9324",
    ]) {
      expect((await ask(place.first, "bounds", key, { background: true })).status).toBe(202);
      if (key !== `"${"x".repeat(255)}"`) (await place.first.model.nextCall()).finish("ok");
    }
  });
});

describe("Idempotency-Key", () => {
  test("is the same after a restart", async () => {
    const store = await memoryStore();
    const body = { input: { message: "hello" }, user_id: "u" };
    const before = await startService({ store });
    const first = await before.post("/api/v1/runs", body, keyed("k"));
    (await before.model.nextCall()).finish("one");
    const events = await readSse(first).toEnd();
    await before.stop();
    const after = await startService({ store });
    const again = await after.post("/api/v1/runs", body, keyed("k"));
    expect(await readSse(again).toEnd()).toEqual(events);
    await after.stop();
    await store.close();
  });

  test("is not used by a request past a limit", async () => {
    const service = await startService({ env: { MAX_RUNS: "1" } });
    const ask = (message: string, key: string) =>
      service.post("/api/v1/runs", { input: { message }, user_id: "u", background: true }, keyed(key));
    expect((await ask("one", "1")).status).toBe(202);
    expect((await ask("two", "2")).status).toBe(503);
    // The one under way is joined all the same.
    expect((await ask("one", "1")).status).toBe(202);
    const call = await service.model.nextCall();
    const [{ run_id: runId } = { run_id: "" }] = (
      (await (await service.get("/api/v1/runs?userId=u")).json()) as { runs: { run_id: string }[] }
    ).runs;
    call.finish("1");
    await service.post(`/api/v1/runs/${runId}/cancel?wait=1&userId=u`, "");
    expect((await ask("other words", "2")).status).toBe(202);
    (await service.model.nextCall()).finish("2");
    await service.stop();
  });

  test("is taken by every POST but that for access tokens, which writes nothing and whose answer is a secret", async () => {
    const service = await startService();
    const { document } = await publishedDocument(service);
    const taking = Object.entries(document.paths ?? {}).flatMap(([path, item]) => {
      const parameters = (item as { post?: { parameters?: { name: string }[] } }).post?.parameters ?? [];
      return parameters.some(({ name }) => name === "idempotency-key") ? [path] : [];
    });
    const posts = mountedRoutes().flatMap(({ method, path }) =>
      method === "POST" ? [path.replace(/:(\w+)/g, "{$1}")] : [],
    );
    expect(posts.length).toBeGreaterThan(10);
    expect(taking.sort()).toEqual(posts.filter((path) => path !== "/api/v1/access-tokens").sort());
    await service.stop();
  });
});
