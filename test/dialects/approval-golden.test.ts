import { afterAll, beforeAll, expect, test } from "bun:test";
import { approvingAgents, calling, decide } from "../support/approving.ts";
import { expectGolden } from "../support/golden.ts";
import { nativeEvents } from "../support/native-events.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { until } from "../support/stepped-agent.ts";
import { type TestSystem, testSystem } from "../support/test-system.ts";
import { runOf } from "../support/views.ts";

let service: TestService<ScriptedModel>;
let system: TestSystem;
beforeAll(async () => {
  system = testSystem();
  service = await startService({ system, isAlone: true, ownAgents: approvingAgents([]) });
});
afterAll(() => service.stop());

const native = { agent: "clerk", input: { message: "pay" }, user_id: "golden" };
const streamV2 = { message: "pay", userId: "golden", agentConfig: { agent: "clerk" } };

test.each([
  ["native-approved.sse", 2_000, "/api/v1/runs", { ...native, thread_id: "approved" }, { input: { amount: 7 } }],
  ["native-rejected.sse", 3_000, "/api/v1/runs", { ...native, thread_id: "no" }, { decision: "reject", message: "no" }],
  ["stream-v2-approved.sse", 4_000, "/stream/v2", { ...streamV2, threadId: "v2" }, {}],
] as const)("%s: a stream stays open while its run waits, and shows what follows the answer", async (...row) => {
  const [file, from, path, body, word] = row;
  system.countFrom(from);
  const response = await service.post(path, body);
  const stream = readSse(response);
  const runId = response.headers.get("x-run-id") ?? "";
  const first = await service.model.nextCall();
  first.emit({ type: "text", delta: "Let me pay." }, ...calling(["c1", "pay", { amount: 5 }]));
  await until(async () => (await runOf(service, "golden", runId)).status === "waiting");
  expect((await decide(service, runId, { tool_call_id: "c1", ...word }, { userId: "golden" })).status).toBe(200);
  (await service.model.nextCall()).finish("There.");
  const events = await stream.toEnd();
  // How long it waits, and so how many comments come meanwhile, is no matter here.
  expectGolden(file, stream.text.replaceAll("\n:\n\n", "\n"));
  if (path !== "/api/v1/runs") return;
  const threadId = nativeEvents(events)[0]?.thread_id;
  const log = await service.get(`/api/v1/threads/${threadId}/events?userId=golden`);
  expect((await readSse(log).toEnd()).map(({ data }) => data)).toEqual(events.map(({ data }) => data));
});
