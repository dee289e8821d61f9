import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ModelError } from "../../src/models/contract.ts";
import type { Store } from "../../src/store/contract.ts";
import { nativeRun } from "../support/native-runs.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { stores } from "../support/stores.ts";
import { accessToken, bearer } from "../support/user-token.ts";
import { type RunView, refusalOf, runOf, threadOf } from "../support/views.ts";

describe.each(stores)("runs without a stream, on %s", (_, open) => {
  let store: Store;
  let service: TestService<ScriptedModel>;
  beforeAll(async () => {
    store = await open();
    service = await startService({ store });
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await store.close();
  });

  const ask = (user_id: string, body: object = {}) =>
    service.post("/api/v1/runs", { input: { message: "hello" }, user_id, thread_id: "t", background: true, ...body });
  const events = async (userId: string) =>
    readSse(await service.get(`/api/v1/threads/t/events?userId=${userId}`)).toEnd();

  test("are answered with 202 and their id as soon as they are stored, and go on", async () => {
    const response = await ask("background");
    expect(response.status).toBe(202);
    const runId = response.headers.get("x-run-id") ?? "";
    expect(await response.json()).toEqual({ run_id: runId, thread_id: "t", status: "running" });
    const second = await ask("background");
    expect(await second.json()).toMatchObject({ status: "queued" });
    (await service.model.nextCall()).finish("1");
    (await service.model.nextCall()).finish("2");
    await events("background");
    expect((await threadOf(service, "background", "t")).messages.map(({ content }) => content)).toEqual([
      ...["hello", "1", "hello", "2"],
    ]);
    expect(await runOf(service, "background", runId)).toMatchObject({ status: "succeeded" });
  });

  test("stream as ever when background is false, null or absent, and must be one of these", async () => {
    for (const background of [false, null, undefined]) {
      const response = await ask("stream", { background, thread_id: null });
      expect([response.status, response.headers.get("content-type")]).toEqual([
        200,
        "text/event-stream; charset=utf-8",
      ]);
      (await service.model.nextCall()).finish("1");
      await readSse(response).toEnd();
    }
    const wrong = await ask("stream", { background: "yes" });
    expect([wrong.status, (await refusalOf(wrong)).details[0]?.path]).toEqual([422, "/background"]);
  });

  test("are refused as all others are", async () => {
    expect((await ask("refused", { agent: "nobody" })).status).toBe(404);
    expect((await ask("refused", { supersedes: "never" })).status).toBe(404);
  });

  test("may be a retry", async () => {
    const failed = await nativeRun(service, "hello", { user_id: "retry", thread_id: "t" });
    (await service.model.nextCall()).fail(new ModelError("model_unavailable", "Away.", { retryable: false }));
    await failed.stream.toEnd();
    const retry = (body: unknown) => service.post(`/api/v1/runs/${failed.runId}/retry?userId=retry`, body);
    const wrong = await retry({ background: 1, multitask: "hurry" });
    expect([wrong.status, (await refusalOf(wrong)).details.map(({ path }) => path)]).toEqual([
      422,
      ["/background", "/multitask"],
    ]);
    const response = await retry({ background: true });
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({
      ...{ run_id: response.headers.get("x-run-id"), thread_id: "t", status: "running" },
    });
    (await service.model.nextCall()).finish("1");
    await events("retry");
    expect((await threadOf(service, "retry", "t")).messages.map(({ content }) => content)).toEqual(["hello", "1"]);
  });

  test("a retry does not take the place of a later turn that is not over, unless it replaces it", async () => {
    const at = { user_id: "later", thread_id: "t" };
    const failed = await nativeRun(service, "hello", at);
    (await service.model.nextCall()).fail(new ModelError("model_unavailable", "Away.", { retryable: false }));
    await failed.stream.toEnd();
    const going = await nativeRun(service, "and", at);
    const call = await service.model.nextCall();
    const retry = (body: unknown) => service.post(`/api/v1/runs/${failed.runId}/retry?userId=later`, body);
    expect((await retry("")).status).toBe(409);
    expect((await retry({ multitask: "interrupt" })).status).toBe(409);
    expect(call.signal.aborted).toBe(false);
    const response = await retry({ multitask: "replace" });
    (await service.model.nextCall()).finish("1");
    await readSse(response).toEnd();
    await going.stream.toEnd();
    expect((await threadOf(service, "later", "t")).messages.map(({ content }) => content)).toEqual(["hello", "1"]);
  });

  test("GET /api/v1/runs lists a user's runs, newest first, by page, status and thread", async () => {
    const ids: string[] = [];
    for (const [thread_id, answer] of [
      ["a", "1"],
      ["b", "2"],
      ["a", null],
    ] as const) {
      const { run_id } = (await (await ask("list", { thread_id })).json()) as RunView;
      ids.unshift(run_id);
      const call = await service.model.nextCall();
      if (answer === null) continue;
      call.finish(answer);
      await service
        .get(`/api/v1/threads/${thread_id}/events?userId=list`)
        .then((response) => readSse(response).toEnd());
    }
    const listed = async (query = "") => {
      const response = await service.get(`/api/v1/runs?userId=list${query}`);
      expect(response.status).toBe(200);
      return (await response.json()) as { runs: readonly RunView[]; next_cursor: string | null };
    };
    const idsOf = async (query: string) => (await listed(query)).runs.map(({ run_id }) => run_id);
    expect(await idsOf("")).toEqual(ids);
    expect((await listed()).runs[0]).toEqual(await runOf(service, "list", ids[0] ?? ""));
    expect(await idsOf("&status=succeeded")).toEqual(ids.slice(1));
    expect(await idsOf("&thread_id=a")).toEqual([ids[0] ?? "", ids[2] ?? ""]);
    expect(await idsOf("&thread_id=a&status=running")).toEqual(ids.slice(0, 1));
    expect(await idsOf("&status=failed")).toEqual([]);
    const first = await listed("&limit=2");
    expect(first.runs.map(({ run_id }) => run_id)).toEqual(ids.slice(0, 2));
    const rest = await listed(`&limit=2&cursor=${first.next_cursor}`);
    expect([rest.runs.map(({ run_id }) => run_id), rest.next_cursor]).toEqual([ids.slice(2), null]);
    expect(await (await service.get("/api/v1/runs?userId=nobody")).json()).toEqual({ runs: [], next_cursor: null });
    await service.post(`/api/v1/runs/${ids[0]}/cancel?wait=1&userId=list`, "");
  });

  test("GET /api/v1/runs names what is wrong in its query", async () => {
    for (const [query, path] of [
      ["status=done", "/status"],
      ["thread_id=.", "/thread_id"],
      ["limit=0", "/limit"],
      ["cursor=x", "/cursor"],
    ]) {
      const response = await service.get(`/api/v1/runs?userId=u&${query}`);
      expect([response.status, (await refusalOf(response)).details[0]?.path]).toEqual([422, path]);
    }
    expect((await service.get("/api/v1/runs")).status).toBe(422);
  });
});

test("an access token for one thread lists that thread's runs alone", async () => {
  const service = await startService({ env: { AUTH_TOKEN: "service", ACCESS_TOKEN_SECRET: "s".repeat(32) } });
  const all = bearer("service");
  for (const thread_id of ["mine", "other"]) {
    const body = { input: { message: "hi" }, user_id: "u", thread_id, background: true };
    expect((await service.post("/api/v1/runs", body, { headers: all })).status).toBe(202);
    (await service.model.nextCall()).finish("1");
  }
  const token = bearer(await accessToken(service.url, { user_id: "u", thread_id: "mine" }, all));
  const { runs } = (await (await service.get("/api/v1/runs", { headers: token })).json()) as { runs: RunView[] };
  expect(runs.map(({ thread_id }) => thread_id)).toEqual(["mine"]);
  expect((await service.get("/api/v1/runs?thread_id=other", { headers: token })).status).toBe(403);
  await service.stop();
});
