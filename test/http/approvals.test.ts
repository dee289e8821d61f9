import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { approvalPlaces, type Replica } from "../support/approval-places.ts";
import { type CallParts, calling, decide, openApprovals } from "../support/approving.ts";
import { nativeEvents, payloadsOf, seqs } from "../support/native-events.ts";
import { nativeRun } from "../support/native-runs.ts";
import { readSse } from "../support/sse.ts";
import { until } from "../support/stepped-agent.ts";
import { refusalOf, runOf, threadOf } from "../support/views.ts";

const { model, made, places } = approvalPlaces();

describe.each(places)("approval on $name", (place) => {
  let a: Replica;
  let b: Replica;
  beforeAll(async () => {
    a = await place.replica("a");
    b = place.name === "Postgres" ? await place.replica("b") : a;
  }, 120_000);
  afterAll(async () => {
    await place.stop(a);
    if (b !== a) await place.stop(b);
  });

  const asking = async (of: Replica, calls: readonly CallParts[], body: Readonly<Record<string, unknown>> = {}) => {
    const threadId = realSystem.id();
    const run = await nativeRun(of, "pay", { agent: "clerk", user_id: "u", thread_id: threadId, ...body });
    const call = await model.nextCall();
    call.emit({ type: "text", delta: "Let me. " }, ...calling(...calls));
    return { ...run, threadId };
  };
  const waits = (of: Replica, runId: string, userId = "u") =>
    until(async () => (await runOf(of, userId, runId)).status === "waiting");

  test("a run waits without a replica, and goes on where its call is approved, with one stream for its reader", async () => {
    const before = made.length;
    const { runId, stream, threadId } = await asking(a, [["c1", "pay", { amount: 5 }]]);
    await stream.until(({ event }) => event === "approval_requested");
    await waits(a, runId);
    expect(a.running).toBe(0);
    expect(made).toHaveLength(before);
    expect((await threadOf(b, "u", threadId)).active_run).toEqual({ run_id: runId, status: "waiting" });
    const [open] = (await openApprovals(b)).filter(({ run_id }) => run_id === runId);
    expect(open).toMatchObject({
      thread_id: threadId,
      tool_call_id: "c1",
      name: "pay",
      input: { amount: 5 },
    } as object);
    const decided = await decide(b, runId, { tool_call_id: "c1" });
    expect(decided.status).toBe(200);
    expect(await decided.json()).toEqual({ run_id: runId, status: "running" });
    const call = await model.nextCall();
    expect(call.request.messages.at(-1)).toMatchObject({ role: "tool", toolCallId: "c1", output: "paid" });
    call.finish("Done.");
    const events = nativeEvents(await stream.toEnd());
    expect(made.slice(before)).toEqual([{ name: "pay", input: { amount: 5 } }]);
    expect(seqs(events)).toEqual(events.map((_, at) => at + 1));
    expect(events.filter(({ type }) => type !== "solve_progress").map(({ type }) => type)).toEqual([
      ...["page_start", "token", "tool_start", "approval_requested", "attempt_started", "approval_resolved"],
      ...["tool_result", "token", "credit_settled", "done"],
    ] as never);
    expect(payloadsOf(events, "tool_start")).toEqual([
      { tool_call_id: "c1", name: "pay", input: { amount: 5 }, approval: true },
    ]);
    expect(payloadsOf(events, "attempt_started")).toEqual([{ attempt: 2, reason: "resumed" }]);
    expect(payloadsOf(events, "approval_resolved")).toEqual([
      { tool_call_id: "c1", decision: "approve", input: null, message: null },
    ]);
    expect((await openApprovals(b)).filter(({ run_id }) => run_id === runId)).toEqual([]);
  });

  test("another input replaces the model's, checked by the tool's schema, and counts in the thread's history", async () => {
    const { runId, stream, threadId } = await asking(a, [["c1", "pay", { amount: 5 }]]);
    await stream.until(({ event }) => event === "approval_requested");
    const refused = await decide(a, runId, { tool_call_id: "c1", input: { amount: "much" } });
    expect(refused.status).toBe(422);
    expect((await refusalOf(refused)).details[0]?.path).toBe("/input");
    expect((await decide(a, runId, { tool_call_id: "c1", input: { amount: 7 } })).status).toBe(200);
    const call = await model.nextCall();
    expect(call.request.messages.at(-2)).toMatchObject({ role: "assistant", toolCalls: [{ input: { amount: 7 } }] });
    call.finish("Done.");
    await stream.toEnd();
    expect(made.at(-1)).toEqual({ name: "pay", input: { amount: 7 } });
    const { messages } = await threadOf(a, "u", threadId);
    expect(messages.at(-1)?.tool_calls).toMatchObject([{ tool_call_id: "c1", input: { amount: 7 }, output: "paid" }]);
  });

  test("a rejection is told to the model, and the call is not made", async () => {
    const before = made.length;
    const { runId, stream } = await asking(a, [["c1", "pay", { amount: 5 }]]);
    await stream.until(({ event }) => event === "approval_requested");
    await decide(b, runId, { tool_call_id: "c1", decision: "reject", message: "too much" });
    const call = await model.nextCall();
    expect(JSON.stringify(call.request.messages.at(-1))).toContain("too much");
    call.finish("Then not.");
    const events = nativeEvents(await stream.toEnd());
    expect(payloadsOf(events, "tool_result")).toMatchObject([{ tool_call_id: "c1", is_error: true }]);
    expect(payloadsOf(events, "tool_start")).toHaveLength(1);
    expect(made).toHaveLength(before);
  });

  test("calls that need no word are made at once, and the run goes on when all others are decided", async () => {
    const before = made.length;
    const { runId, stream } = await asking(a, [
      ["c1", "pay", { amount: 1 }],
      ["c2", "look", {}],
      ["c3", "pay", { amount: 3 }],
    ]);
    await stream.until(({ event }) => event === "tool_result");
    await waits(a, runId);
    expect(made.slice(before).map(({ name }) => name)).toEqual(["look"]);
    const [one] = await Promise.all([decide(a, runId, { tool_call_id: "c1" })]);
    expect(await one?.json()).toEqual({ run_id: runId, status: "waiting" });
    expect(await (await decide(b, runId, { tool_call_id: "c3", decision: "reject" })).json()).toMatchObject({
      status: "running",
    });
    const call = await model.nextCall();
    expect(call.request.messages.slice(-3).map((message) => "toolCallId" in message && message.toolCallId)).toEqual([
      ...["c1", "c2", "c3"],
    ]);
    call.finish("Done.");
    await stream.toEnd();
    expect(made.slice(before)).toEqual([
      { name: "look", input: {} },
      { name: "pay", input: { amount: 1 } },
    ]);
  });

  test("the first decision stands: the same again is 200, another one 409, and of many at once one counts", async () => {
    const before = made.length;
    const { runId, stream } = await asking(a, [["c1", "pay", { amount: 5 }]]);
    await stream.until(({ event }) => event === "approval_requested");
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        decide(at % 2 === 0 ? a : b, runId, { tool_call_id: "c1", input: { amount: at } }),
      ),
    );
    const statuses = all.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(7);
    const amount = statuses.indexOf(200);
    expect((await decide(b, runId, { tool_call_id: "c1", input: { amount } })).status).toBe(200);
    (await model.nextCall()).finish("Done.");
    await stream.toEnd();
    expect(made.slice(before)).toEqual([{ name: "pay", input: { amount } }]);
    expect((await decide(b, runId, { tool_call_id: "c1", input: { amount } })).status).toBe(200);
    expect((await decide(b, runId, { tool_call_id: "c1", decision: "reject" })).status).toBe(409);
    expect((await decide(b, runId, { tool_call_id: "c9" })).status).toBe(409);
    expect((await decide(b, runId, { tool_call_id: "c1" }, { userId: "other" })).status).toBe(404);
  });

  test("another message rejects the open calls, lets the run end, and is then answered; with reject it is 409", async () => {
    const { runId, stream, threadId } = await asking(a, [["c1", "pay", { amount: 5 }]]);
    await waits(a, runId);
    const refused = await a.post("/api/v1/runs", {
      ...{ input: { message: "so?" }, agent: "clerk", user_id: "u", thread_id: threadId, multitask: "reject" },
    });
    expect(refused.status).toBe(409);
    const next = readSse(await b.post("/stream/v2", { message: "so?", userId: "u", threadId }));
    const first = await model.nextCall();
    expect(JSON.stringify(first.request.messages.at(-1))).toContain("a new question was asked");
    first.finish("Not paid.");
    await stream.toEnd();
    const second = await model.nextCall();
    expect(second.request.messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "assistant", "user"]);
    second.finish("Good day.");
    expect((await next.toEnd()).at(-1)?.event).toBe("run.completed");
  });

  test("a waiting run can be cancelled, interrupted and deleted", async () => {
    const cancelled = await asking(a, [["c1", "pay", { amount: 5 }]]);
    await waits(a, cancelled.runId);
    const response = await b.post(`/api/v1/runs/${cancelled.runId}/cancel?wait=1&userId=u`, "");
    expect(await response.json()).toMatchObject({ status: "cancelled" });
    expect(nativeEvents(await cancelled.stream.toEnd()).at(-1)?.payload).toMatchObject({ code: "cancelled" });
    expect((await decide(a, cancelled.runId, { tool_call_id: "c1" })).status).toBe(409);

    const interrupted = await asking(a, [["c1", "pay", { amount: 5 }]]);
    await waits(a, interrupted.runId);
    const at = { agent: "clerk", user_id: "u", thread_id: interrupted.threadId, multitask: "interrupt" };
    const next = await nativeRun(b, "instead", at);
    await interrupted.stream.toEnd();
    (await model.nextCall()).finish("Good.");
    expect(nativeEvents(await next.stream.toEnd()).at(-1)?.type).toBe("done");

    const deleted = await asking(a, [["c1", "pay", { amount: 5 }]]);
    await waits(a, deleted.runId);
    const gone = await fetch(`${b.url}/api/v1/threads/${deleted.threadId}?userId=u`, { method: "DELETE" });
    expect(gone.ok).toBe(true);
    expect((await decide(a, deleted.runId, { tool_call_id: "c1" })).status).toBe(404);
    expect((await openApprovals(a)).map(({ run_id }) => run_id)).not.toContain(deleted.runId);
    await deleted.stream.toEnd();
  });

  test("a code agent asks by itself, and what it had done is not done again", async () => {
    const before = made.length;
    const run = await nativeRun(a, "go", { agent: "runner", user_id: "u", thread_id: realSystem.id() });
    await run.stream.until(({ event }) => event === "approval_requested");
    expect((await decide(b, run.runId, { tool_call_id: "approval", input: { to: 1 } })).status).toBe(422);
    expect((await decide(b, run.runId, { tool_call_id: "approval", input: { to: "b" } })).status).toBe(200);
    await run.stream.until(({ data }) => data.includes('"approval.3"'));
    await decide(a, run.runId, { tool_call_id: "approval.2" });
    await decide(b, run.runId, { tool_call_id: "approval.3", decision: "reject" });
    const events = nativeEvents(await run.stream.toEnd());
    const deltas = payloadsOf(events, "token").map(({ delta }) => delta);
    expect(deltas.join("")).toBe("Asking. Sent to b. yes, no");
    expect(made.slice(before)).toEqual([{ name: "step", input: null }]);
    expect(payloadsOf(events, "approval_resolved").map(({ decision }) => decision)).toEqual([
      ...(["approve", "approve", "reject"] as const),
    ]);
    expect(payloadsOf(events, "tool_result")).toHaveLength(3);
  });

  test("a request that is sent again with its key is answered as before", async () => {
    const { runId, stream } = await asking(a, [["c1", "pay", { amount: 5 }]]);
    await stream.until(({ event }) => event === "approval_requested");
    await waits(a, runId);
    const keyed = { headers: { "idempotency-key": realSystem.id() } };
    const first = await decide(a, runId, { tool_call_id: "c1" }, keyed);
    const again = await decide(b, runId, { tool_call_id: "c1" }, keyed);
    expect(await again.text()).toBe(await first.text());
    (await model.nextCall()).finish("Done.");
    await stream.toEnd();
  });

  test("the list of agents says which tools wait for a person", async () => {
    const { agents } = (await (await a.get("/api/v1/agents")).json()) as {
      agents: { name: string; tools: { name: string; approve: boolean }[] }[];
    };
    const tools = agents.find(({ name }) => name === "clerk")?.tools ?? [];
    expect(tools.map(({ name, approve }) => [name, approve])).toEqual([
      ["pay", true],
      ["look", false],
    ]);
  });
});
