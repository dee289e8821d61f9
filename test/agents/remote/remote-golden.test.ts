import { beforeAll, expect, test } from "bun:test";
import { agUiAgent, message, toolCall } from "../../support/ag-ui-agent.ts";
import { expectGolden, readBack } from "../../support/golden.ts";
import { sharedStore } from "../../support/harness.ts";
import { askFar, remoteService } from "../../support/remote-service.ts";
import { readSse } from "../../support/sse.ts";
import { testSystem } from "../../support/test-system.ts";

// The first database of a process takes long to open on a busy machine.
beforeAll(async () => void (await sharedStore()), 120_000);

test("the transcript of a remote agent's run is unchanged, byte for byte", async () => {
  // Pieces of text that wait for one commit are joined, so each has something else behind it.
  await using agent = agUiAgent(({ input: { threadId, runId } }) => [
    { type: "STEP_STARTED", stepName: "research" },
    { type: "REASONING_MESSAGE_CHUNK", messageId: "r1", delta: "부산의 날씨를 찾는다." },
    ...toolCall("call-1", "weather", { city: "부산" }, '{"temperature":21}'),
    { type: "STEP_FINISHED", stepName: "research" },
    ...message("m1", "It is 21 degrees."),
    { type: "CUSTOM", name: "mood", value: { warm: true } },
    ...message("m2", "내일도 맑습니다."),
    { type: "RUN_FINISHED", threadId, runId, result: { ok: true }, usage: [{ inputTokens: 40, outputTokens: 10 }] },
  ]);
  const system = testSystem();
  await using service = await remoteService(agent.url, { system });
  system.countFrom(900_000);
  const stream = readSse(await askFar(service, { user_id: "golden-remote", thread_id: "스레드:remote" }));
  const read = await stream.toEnd();
  expectGolden("native-runs-remote.sse", stream.text);
  expect(readBack(stream.text)).toEqual([...read]);
});
