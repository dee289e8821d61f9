import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { solve, solved } from "../support/answers.ts";
import { type CheckpointView, checkpointAfter, checkpointsIn } from "../support/checkpoints.ts";
import { type NativeEvent, nativeEvents, payloadsOf, range, seqs } from "../support/native-events.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { stores } from "../support/stores.ts";
import { refusalOf, runOf, threadOf } from "../support/views.ts";

interface Forked {
  readonly thread_id: string;
  readonly title: string;
  readonly last_seq: number;
}

const EQUATION = "Solve 2x + 3 = 7";

describe.each(stores)("POST /api/v1/threads/{threadId}/fork in %s", (_name, open) => {
  let service: TestService<ScriptedModel>;
  beforeAll(async () => {
    service = await startService({ store: await open() });
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await service.store.close();
  });

  const leftBy = (threadId: string, node: string) => checkpointAfter(service, "u", threadId, node);
  const ask = (threadId: string, body: unknown, userId = "u") =>
    service.post(`/api/v1/threads/${encodeURIComponent(threadId)}/fork?userId=${userId}`, body);
  const fork = async (threadId: string, checkpoint: CheckpointView, to?: string): Promise<Forked> => {
    const response = await ask(threadId, { checkpoint_id: checkpoint.checkpoint_id, thread_id: to });
    expect(response.status).toBe(201);
    return (await response.json()) as Forked;
  };
  const logOf = async (threadId: string): Promise<readonly NativeEvent[]> =>
    nativeEvents(await readSse(await service.get(`/api/v1/threads/${threadId}/events?userId=u`)).toEnd());
  const contents = async (threadId: string) =>
    (await threadOf(service, "u", threadId)).messages.map(({ role, content }) => [role, content]);
  /** Checks the rules that hold for every log, and returns the number of runs. */
  const expectWellFormed = (events: readonly NativeEvent[]) => {
    expect(seqs(events)).toEqual(range(1, events.length));
    const runs = Map.groupBy(events, ({ run_id }) => run_id);
    for (const logged of runs.values()) {
      expect(logged[0]?.type).toBe("page_start");
      expect(logged.filter(({ type }) => type === "credit_settled")).toHaveLength(1);
      expect(logged.findIndex(({ type }) => type === "done" || type === "error")).toBe(logged.length - 1);
    }
    return runs.size;
  };
  const alike = (events: readonly NativeEvent[]) => events.map(({ thread_id: _, ...rest }) => rest);

  test("at the end of a turn copies the log up to there under the new name, and the conversation goes on from it", async () => {
    await solved(service, "u", "source", "first answer", "first question");
    const upTo = await logOf("source");
    const point = await leftBy("source", "solve");
    await solved(service, "u", "source", "second answer", "second question");
    const whole = await logOf("source");
    const made = await fork("source", point, "branch");
    expect(made).toEqual({
      thread_id: "branch",
      title: "first question",
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
      updated_at: expect.stringMatching(/^\d{4}-.*Z$/),
      last_seq: upTo.length,
    } as Forked);
    expect(alike(await logOf("branch"))).toEqual(alike(upTo));

    const next = await solve(service, "u", "branch", "another question");
    const call = await service.model.nextCall();
    expect(call.request.messages.map((message) => "content" in message && message.content)).toEqual([
      "first question",
      "first answer",
      "another question",
    ]);
    call.finish("another answer");
    const events = nativeEvents(await next.stream.toEnd());
    expect(events[0]?.seq).toBe(upTo.length + 1);
    expect(expectWellFormed(await logOf("branch"))).toBe(2);
    expect(await contents("branch")).toEqual([
      ["user", "first question"],
      ["assistant", "first answer"],
      ["user", "another question"],
      ["assistant", "another answer"],
    ]);
    // The source is unchanged.
    expect(await logOf("source")).toEqual([...whole]);
    expect(await contents("source")).toHaveLength(4);
  });

  test("between two nodes of a turn ends the turn there, in a run of its own", async () => {
    await solved(service, "u", "cut", "ok", "hello");
    await solved(service, "u", "cut", "**x = 2**", EQUATION);
    const source = await logOf("cut");
    const point = await leftBy("cut", "solve");
    const { thread_id } = await fork("cut", point);
    expect(thread_id).toMatch(/^[0-9a-f-]{36}$/);
    const events = await logOf(thread_id);
    expect(expectWellFormed(events)).toBe(2);
    const logged = (list: readonly NativeEvent[]) => list.map(({ type, payload }) => ({ type, payload }));
    // Up to and including the event that the node has completed.
    expect(logged(events.slice(0, point.seq + 1))).toEqual(logged(source.slice(0, point.seq + 1)));
    expect(events.slice(point.seq + 1).map(({ type }) => type)).toEqual(["credit_settled", "done"]);
    expect(payloadsOf(events, "credit_settled").at(-1)).toEqual({ input_tokens: 0, output_tokens: 0, credits: 0 });
    expect(await contents(thread_id)).toEqual(await contents("cut"));
    const { messages } = await threadOf(service, "u", thread_id);
    expect(payloadsOf(events, "done").at(-1)?.message_id).toBe(messages.at(-1)?.id ?? "");
    expect(messages.at(-1)?.seq).toBe(events.length);
    const [first, second] = [events[0]?.run_id ?? "", events.at(-1)?.run_id ?? ""];
    expect(first).toBe(source[0]?.run_id ?? "");
    expect(second).not.toBe(point.run_id);
    expect(await runOf(service, "u", second)).toMatchObject({ thread_id, status: "succeeded", attempt: 0 });
    expect(await runOf(service, "u", point.run_id)).toMatchObject({ thread_id: "cut", attempt: 1 });
  });

  test("before the first word of the answer leaves the question unanswered", async () => {
    await solved(service, "u", "asked", "never mind", "what now?");
    const { thread_id } = await fork("asked", await leftBy("asked", "understand"));
    const events = await logOf(thread_id);
    expectWellFormed(events);
    expect(payloadsOf(events, "error")).toEqual([
      { code: "interrupted", message: "The thread was forked before this was answered.", recoverable: true },
    ]);
    expect(await contents(thread_id)).toEqual([["user", "what now?"]]);
    await solved(service, "u", thread_id, "now", "again: what now?");
    expect(await contents(thread_id)).toEqual([
      ["user", "what now?"],
      ["user", "again: what now?"],
      ["assistant", "now"],
    ]);
  });

  test("of an active run copies what there is, and the run goes on", async () => {
    const run = await solve(service, "u", "live");
    const { threadId } = run;
    const call = await service.model.nextCall();
    call.emit({ type: "text", delta: "half an " });
    await run.stream.until(({ event }) => event === "token");
    const { thread_id } = await fork(threadId, await leftBy(threadId, "understand"));
    expectWellFormed(await logOf(thread_id));
    expect((await threadOf(service, "u", thread_id)).active_run).toBeNull();
    call.finish("answer");
    expect(nativeEvents(await run.stream.toEnd()).at(-1)?.type).toBe("done");
    expect((await contents(threadId)).at(-1)).toEqual(["assistant", "half an answer"]);
  });

  test("of a turn that failed after the checkpoint copies the answer up to then", async () => {
    const { events: logged } = await solved(
      service,
      "u",
      "failed",
      async (call) => {
        call.finish("**x = 3**");
        // Its values do not solve the equation, so the model is asked once more.
        (await service.model.nextCall()).fail(new Error("gone"));
      },
      EQUATION,
    );
    expect(logged.at(-1)?.type).toBe("error");
    const { thread_id } = await fork("failed", await leftBy("failed", "solve"));
    const events = await logOf(thread_id);
    expectWellFormed(events);
    expect(events.at(-1)?.type).toBe("done");
    expect((await contents(thread_id)).at(-1)).toEqual(["assistant", "**x = 3**"]);
  });

  test("copies the whole answer of a run without token streaming, which is emitted after the last node", async () => {
    const response = await service.post("/stream/v2", {
      message: "hello",
      userId: "u",
      threadId: "piece",
      streamTokens: false,
    });
    (await service.model.nextCall()).finish("in one piece");
    await response.text();
    const { thread_id } = await fork("piece", await leftBy("piece", "solve"));
    expect(await contents(thread_id)).toEqual([
      ["user", "hello"],
      ["assistant", "in one piece"],
    ]);
    expect(alike(await logOf(thread_id))).toEqual(alike(await logOf("piece")));
  });

  test("of a fork works at a turn that was copied", async () => {
    await solved(service, "u", "root", "one", "1");
    const point = await leftBy("root", "solve");
    await solved(service, "u", "root", "two", "2");
    const child = await fork("root", await leftBy("root", "solve"));
    const grandchild = await fork(child.thread_id, point);
    expect(await contents(grandchild.thread_id)).toEqual([
      ["user", "1"],
      ["assistant", "one"],
    ]);
    await service.get("/api/v1/threads/root?userId=u", { method: "DELETE" });
    expect(expectWellFormed(await logOf(child.thread_id))).toBe(2);
    expect(expectWellFormed(await logOf(grandchild.thread_id))).toBe(1);
  });

  test("at every checkpoint of a thread with all kinds of runs makes a well-formed thread", async () => {
    const half = { type: "text", delta: "half an ans" } as const;
    await solved(service, "u", "motley", "fine");
    await solved(service, "u", "motley", (call) => call.fail(new Error("gone")));
    await solved(service, "u", "motley", "**x = 2**", EQUATION);
    await solved(service, "u", "motley", async (call, { stream, runId }) => {
      call.emit(half);
      await stream.until(({ event }) => event === "token");
      await service.post(`/api/v1/runs/${runId}/cancel?userId=u`, "");
    });
    const run = await solve(service, "u", "motley", EQUATION);
    const call = await service.model.nextCall();
    call.emit(half);
    await run.stream.until(({ event }) => event === "token");
    const { checkpoints } = await checkpointsIn(service, "u", "motley");
    expect(checkpoints).toHaveLength(8);
    for (const point of checkpoints) {
      const { thread_id, last_seq } = await fork("motley", point);
      const events = await logOf(thread_id);
      expectWellFormed(events);
      expect(events).toHaveLength(last_seq);
      const { messages } = await threadOf(service, "u", thread_id);
      for (const { role, seq, id } of messages) {
        const logged = events[seq - 1];
        expect(logged?.type).toBeOneOf(role === "user" ? ["page_start"] : ["done", "error"]);
        if (logged?.type === "done") expect(logged.payload.message_id).toBe(id);
      }
      const held = (await checkpointsIn(service, "u", thread_id)).checkpoints.map(({ checkpoint_id }) => checkpoint_id);
      expect(held).toEqual(checkpoints.slice(0, held.length).map(({ checkpoint_id }) => checkpoint_id));
      expect(held.at(-1)).toBe(point.checkpoint_id);
    }
    call.finish("wer");
    await run.stream.toEnd();
  });

  test("keeps pictures available after their original thread is deleted", async () => {
    const run = await solve(service, "u", "drawn", "plot y = x^2");
    (await service.model.nextCall()).emit(
      { type: "tool_call", id: "c1", name: "plot_function", input: { expressions: ["x^2"], from: -2, to: 2 } },
      { type: "finish", reason: "tool_calls", usage: { inputTokens: 1, outputTokens: 1 } },
    );
    (await service.model.nextCall()).finish("There it is.");
    await run.stream.toEnd();
    const { thread_id } = await fork("drawn", await leftBy("drawn", "solve"));
    await service.get("/api/v1/threads/drawn?userId=u", { method: "DELETE" });
    const [result] = payloadsOf(await logOf(thread_id), "image_result");
    if (result === undefined || !("url" in result)) throw new Error("no picture");
    expect((await service.get(`/${result.url}`)).status).toBe(200);
    await service.get(`/api/v1/threads/${thread_id}?userId=u`, { method: "DELETE" });
    expect((await service.get(`/${result.url}`)).status).toBe(404);
  });

  test("refuses invalid requests and creates nothing", async () => {
    await solved(service, "u", "strict", "ok");
    const { checkpoint_id } = await leftBy("strict", "solve");
    await solved(service, "u", "there", "ok");
    const refused = async (response: Response, status: number, path?: string) => {
      expect(response.status).toBe(status);
      const { code, details } = await refusalOf(response);
      if (path !== undefined) expect(details.map((detail) => detail.path)).toEqual([path]);
      return code;
    };
    expect(await refused(await ask("strict", { checkpoint_id, thread_id: "there" }), 409, "/thread_id")).toBe(
      "conflict",
    );
    expect(await refused(await ask("strict", { checkpoint_id, thread_id: "strict" }), 409)).toBe("conflict");
    await refused(await ask("strict", { checkpoint_id: "none" }), 404);
    await refused(await ask("there", { checkpoint_id, thread_id: "new" }), 404);
    await refused(await ask("never", { checkpoint_id }), 404);
    await refused(await ask("strict", { checkpoint_id, thread_id: "new" }, "thief"), 404);
    for (const bad of [undefined, null, "", 7, ["x"], "a\0b", "\ud800"]) {
      await refused(await ask("strict", { checkpoint_id: bad, thread_id: "new" }), 422, "/checkpoint_id");
    }
    for (const bad of ["", 7, "a\nb", "t".repeat(257), "\udfff"]) {
      await refused(await ask("strict", { checkpoint_id, thread_id: bad }), 422, "/thread_id");
    }
    for (const text of ["null", "[]", "7", "{}"]) await refused(await ask("strict", text), 422);
    await refused(await ask("strict", "{"), 400);
    const type = { headers: { "content-type": "text/plain" } };
    await refused(await service.post("/api/v1/threads/strict/fork?userId=u", "{}", type), 415);
    expect((await service.get("/api/v1/threads/new?userId=u")).status).toBe(404);
    expect(await contents("there")).toHaveLength(2);
  });
});
