import { expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { approvingAgents, calling, decide, type Made } from "../support/approving.ts";
import { nativeEvents, payloadsOf } from "../support/native-events.ts";
import { nativeRun } from "../support/native-runs.ts";
import { freshDatabase } from "../support/postgres.ts";
import { scriptedModel } from "../support/scripted-model.ts";
import { startService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { until } from "../support/stepped-agent.ts";
import { runOf } from "../support/views.ts";

test("a model that is asked again, because its call was never told of, has it decided and made once", async () => {
  const url = await freshDatabase();
  const made: Made[] = [];
  const model = scriptedModel();
  const replica = (store: Store, env: Readonly<Record<string, string>> = {}) =>
    startService({ store, env, model, owner: realSystem.id(), ownAgents: approvingAgents(made) });
  const stores = [postgresStore({ url, system: realSystem }), postgresStore({ url, system: realSystem })] as const;
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  // The answer is stored. The question to a person, which comes before the call begins in the log, never is.
  const request = (): Promise<never> => {
    reach();
    return new Promise(() => {});
  };
  const first = await replica(
    { ...stores[0], approvals: { ...stores[0].approvals, request } },
    { DRAIN_TIMEOUT: "10ms" },
  );
  const second = await replica(stores[1]);
  const asks = async () => (await model.nextCall()).emit(...calling(["c1", "pay", { amount: 5 }]));

  const { runId } = await nativeRun(first, "pay", { agent: "clerk", user_id: "u", thread_id: "t" });
  await asks();
  await reached;
  await first.drain();
  await asks();
  await until(async () => (await runOf(second, "u", runId)).status === "waiting");
  expect((await decide(second, runId, { tool_call_id: "c1" })).status).toBe(200);
  const last = await model.nextCall();
  expect(last.request.messages.filter(({ role }) => role !== "user")).toMatchObject([
    { role: "assistant", toolCalls: [{ id: "c1", name: "pay" }] },
    { role: "tool", toolCallId: "c1", output: "paid" },
  ]);
  last.finish("Done.");
  const log = nativeEvents(await readSse(await second.get("/api/v1/threads/t/events?userId=u&after=0")).toEnd());
  for (const type of ["tool_start", "approval_requested", "approval_resolved", "tool_result", "done"] as const) {
    expect(payloadsOf(log, type)).toHaveLength(1);
  }
  expect(made).toEqual([{ name: "pay", input: { amount: 5 } }]);

  await second.drain();
  for (const store of stores) await store.close();
}, 60_000);
