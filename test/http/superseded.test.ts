import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ModelError } from "../../src/models/contract.ts";
import type { Store } from "../../src/store/contract.ts";
import { nativeEvents, payloadsOf } from "../support/native-events.ts";
import { answeredRun, nativeRun } from "../support/native-runs.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { stores } from "../support/stores.ts";
import { refusalOf, runOf, threadOf } from "../support/views.ts";

describe.each(stores)("superseded turns on %s", (_, open) => {
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

  const contents = async (userId: string, query = "") =>
    (await threadOf(service, userId, "t", query)).messages.map(({ content }) => content);

  test("a run takes the place of a turn and of all after it: readers and models see the others alone", async () => {
    const at = { user_id: "edit", thread_id: "t" };
    await answeredRun(service, "one", "1", at);
    const second = await answeredRun(service, "two", "2", at);
    const third = await answeredRun(service, "three", "3", at);
    const edit = await nativeRun(service, "two, edited", { ...at, supersedes: second.runId });
    const call = await service.model.nextCall();
    expect(call.request.messages.map((message) => "content" in message && message.content)).toEqual([
      "one",
      "1",
      "two, edited",
    ]);
    call.finish("2!");
    const events = nativeEvents(await edit.stream.toEnd());
    expect(payloadsOf(events, "page_start")).toEqual([
      { title: "two, edited", supersedes: [second.runId, third.runId] },
    ]);
    expect(await contents("edit")).toEqual(["one", "1", "two, edited", "2!"]);
    const all = await threadOf(service, "edit", "t", "&superseded=1");
    expect(
      all.messages.map((message) => [message.content, (message as { superseded_by?: string }).superseded_by ?? null]),
    ).toEqual([
      ["one", null],
      ["1", null],
      ["two", edit.runId],
      ["2", edit.runId],
      ["three", edit.runId],
      ["3", edit.runId],
      ["two, edited", null],
      ["2!", null],
    ]);
    expect(await runOf(service, "edit", third.runId)).toMatchObject({ superseded_by: edit.runId });
    // The log has all of it, and a reader that lost its place gets the turns that stand.
    const log = nativeEvents(await readSse(await service.get("/api/v1/threads/t/events?userId=edit")).toEnd());
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1));
    expect(new Set(log.map(({ run_id }) => run_id)).size).toBe(4);
    const lost = await service.get("/api/v1/threads/t/events?userId=edit&after=9999");
    const [reset] = await readSse(lost).toEnd();
    expect(JSON.parse(reset?.data ?? "").messages.map(({ content }: { content: string }) => content)).toEqual([
      "one",
      "1",
      "two, edited",
      "2!",
    ]);
  });

  test("POST /api/v1/solve supersedes as well, and what has no other turn to name names none", async () => {
    const first = await answeredRun(service, "one", "1", { user_id: "solve", thread_id: "t" });
    const again = await service.post("/api/v1/solve", {
      ...{ problem: "again", user_id: "solve", thread_id: "t", supersedes: first.runId },
    });
    (await service.model.nextCall()).finish("2");
    const events = nativeEvents(await readSse(again).toEnd());
    expect(payloadsOf(events, "page_start")).toEqual([{ title: "again", supersedes: [first.runId] }]);
    expect(await contents("solve")).toEqual(["again", "2"]);
    const plain = nativeEvents(first.stream.events);
    expect(payloadsOf(plain, "page_start")).toEqual([{ title: "one" }]);
  });

  test("a run that cannot be superseded is refused, and the field is named", async () => {
    const at = { user_id: "refused", thread_id: "t" };
    const other = await answeredRun(service, "elsewhere", "1", { user_id: "refused", thread_id: "other" });
    const thiefs = await answeredRun(service, "theirs", "1", { user_id: "someone", thread_id: "t" });
    const mine = await answeredRun(service, "mine", "1", at);
    const refused = async (supersedes: unknown, body: object = at) => {
      const response = await service.post("/api/v1/runs", { input: { message: "x" }, ...body, supersedes });
      const { code, details } = await refusalOf(response);
      return [response.status, code, ...details.map(({ path }) => path)];
    };
    expect(await refused(other.runId)).toEqual([422, "invalid", "/supersedes"]);
    expect(await refused(mine.runId, { user_id: "refused" })).toEqual([422, "invalid", "/supersedes"]);
    expect(await refused(thiefs.runId)).toEqual([404, "not_found", "/supersedes"]);
    expect(await refused("never")).toEqual([404, "not_found", "/supersedes"]);
    expect(await refused("")).toEqual([422, "invalid", "/supersedes"]);
    expect(await refused(7)).toEqual([422, "invalid", "/supersedes"]);
    const running = await nativeRun(service, "going on", at);
    const call = await service.model.nextCall();
    expect(await refused(mine.runId)).toEqual([409, "conflict"]);
    expect(await refused(running.runId)).toEqual([409, "conflict"]);
    call.finish("2");
    await running.stream.toEnd();
    expect(await contents("refused")).toEqual(["mine", "1", "going on", "2"]);
  });

  test("a retry takes the place of the turn that failed", async () => {
    const at = { user_id: "retry", thread_id: "t" };
    await answeredRun(service, "one", "1", at);
    const failed = await nativeRun(service, "two", at);
    const call = await service.model.nextCall();
    call.emit({ type: "text", delta: "half of " });
    call.fail(new ModelError("model_unavailable", "Away.", { retryable: false }));
    await failed.stream.toEnd();
    expect(await contents("retry")).toEqual(["one", "1", "two", "half of "]);
    const response = await service.post(`/api/v1/runs/${failed.runId}/retry?userId=retry`, "");
    const next = await service.model.nextCall();
    expect(next.request.messages.map((message) => "content" in message && message.content)).toEqual([
      "one",
      "1",
      "two",
    ]);
    next.finish("2");
    const events = nativeEvents(await readSse(response).toEnd());
    expect(payloadsOf(events, "page_start")).toEqual([{ title: "two", supersedes: [failed.runId] }]);
    expect(await contents("retry")).toEqual(["one", "1", "two", "2"]);
    for (const yes of ["1", "true"]) {
      expect(await contents("retry", `&superseded=${yes}`)).toEqual(["one", "1", "two", "half of ", "two", "2"]);
    }
    for (const list of ["/api/v1/threads/t", "/api/v1/threads/t/checkpoints", "/api/v1/runs"]) {
      const guessed = await service.get(`${list}?userId=retry&superseded=all`);
      expect([guessed.status, (await refusalOf(guessed)).details[0]?.path]).toEqual([422, "/superseded"]);
    }
  });

  test("checkpoints of superseded turns leave the list unless they are asked for, and can be forked from", async () => {
    const at = { user_id: "points", thread_id: "t" };
    const first = await answeredRun(service, "one", "1", at);
    await answeredRun(service, "again", "2", { ...at, supersedes: first.runId });
    const runIds = async (query: string) => {
      const listed = await service.get(`/api/v1/threads/t/checkpoints?userId=points${query}`);
      const { checkpoints } = (await listed.json()) as { checkpoints: { run_id: string; checkpoint_id: string }[] };
      return checkpoints;
    };
    const all = await runIds("&superseded=1");
    expect(new Set(all.map(({ run_id }) => run_id)).size).toBe(2);
    expect(all.length).toBeGreaterThan((await runIds("")).length);
    expect((await runIds("")).map(({ run_id }) => run_id)).not.toContain(first.runId);
    const old = all.findLast(({ run_id }) => run_id === first.runId);
    const forked = await service.post("/api/v1/threads/t/fork?userId=points", {
      ...{ checkpoint_id: old?.checkpoint_id, thread_id: "fork" },
    });
    expect(forked.status).toBe(201);
    const fork = await threadOf(service, "points", "fork");
    expect(fork.messages.map(({ content }) => content)).toEqual(["one", "1"]);
  });
});
