import { describe, expect, test } from "bun:test";
import { approvalPlaces, type Replica } from "../support/approval-places.ts";
import { calling, decide, openApprovals } from "../support/approving.ts";
import { nativeEvents } from "../support/native-events.ts";
import { nativeRun } from "../support/native-runs.ts";
import { readSse } from "../support/sse.ts";
import { until } from "../support/stepped-agent.ts";
import { runOf } from "../support/views.ts";

const { model, made, places } = approvalPlaces();

describe.each(places)("waiting on $name, besides", (place) => {
  const waiting = async (replica: Replica, userId: string, threadId: string) => {
    const run = await nativeRun(replica, "pay", { agent: "clerk", user_id: userId, thread_id: threadId });
    (await model.nextCall()).emit(...calling(["c1", "pay", { amount: 5 }]));
    await until(async () => (await runOf(replica, userId, run.runId)).status === "waiting");
    return run;
  };

  test("a run that waits outlives a restart of all replicas, and takeovers need not be on", async () => {
    const before = made.length;
    const old = await place.replica("old", { TAKEOVER: "off" });
    const { runId } = await waiting(old, "restarted", "t");
    await place.stop(old);
    const fresh = await place.replica("fresh", { TAKEOVER: "off" });
    expect(await runOf(fresh, "restarted", runId)).toMatchObject({ status: "waiting" });
    const stream = readSse(await fresh.get("/api/v1/threads/t/events?userId=restarted"));
    expect((await decide(fresh, runId, { tool_call_id: "c1" }, { userId: "restarted" })).status).toBe(200);
    (await model.nextCall()).finish("Done.");
    const events = nativeEvents(await stream.toEnd());
    expect(events.at(-1)?.type).toBe("done");
    expect(made.slice(before)).toEqual([{ name: "pay", input: { amount: 5 } }]);
    await place.stop(fresh);
  }, 60_000);

  test("a run that nobody answers ends as cancelled", async () => {
    const replica = await place.replica("late", { APPROVAL_TIMEOUT: "50ms", RUN_TIMEOUT: "1h" });
    const run = await nativeRun(replica, "pay", { agent: "clerk", user_id: "late", thread_id: "t" });
    (await model.nextCall()).emit(...calling(["c1", "pay", { amount: 5 }]));
    const events = nativeEvents(await run.stream.toEnd());
    expect(events.at(-1)?.payload).toMatchObject({ code: "cancelled", message: expect.stringContaining("in time") });
    expect(await runOf(replica, "late", run.runId)).toMatchObject({ status: "cancelled" });
    expect(await openApprovals(replica, "late")).toEqual([]);
    await place.stop(replica);
  }, 60_000);

  test("a run that waits counts among its user's runs and not among the replica's, and its own thread may be asked", async () => {
    const env = { MAX_RUNS: "1", MAX_RUNS_PER_USER: "1" };
    const replica = await place.replica("limited", env);
    await waiting(replica, "limited", "t");
    await until(async () => replica.running === 0);
    const body = { agent: "clerk", input: { message: "hi" }, user_id: "limited" };
    expect((await replica.post("/api/v1/runs", { ...body, thread_id: "t2" })).status).toBe(429);
    const other = await nativeRun(replica, "hi", { agent: "clerk", user_id: "limited 2", thread_id: "t" });
    (await model.nextCall()).finish("Hello.");
    await other.stream.toEnd();
    const next = await nativeRun(replica, "and?", { agent: "clerk", user_id: "limited", thread_id: "t" });
    (await model.nextCall()).finish("Not paid.");
    (await model.nextCall()).finish("Yes.");
    expect(nativeEvents(await next.stream.toEnd()).at(-1)?.type).toBe("done");
    await place.stop(replica);
  }, 60_000);
});
