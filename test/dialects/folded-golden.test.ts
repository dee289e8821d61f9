import { afterAll, beforeAll, expect, test } from "bun:test";
import type { ModelPart } from "../../src/models/contract.ts";
import { solve } from "../support/answers.ts";
import { foldAll } from "../support/folding.ts";
import { expectGolden, readBack } from "../support/golden.ts";
import { nativeEvents } from "../support/native-events.ts";
import type { ScriptedCall, ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse, type SseReader } from "../support/sse.ts";
import { type TestSystem, testSystem } from "../support/test-system.ts";

let service: TestService<ScriptedModel>;
let system: TestSystem;
beforeAll(async () => {
  system = testSystem();
  service = await startService({ system });
}, 60_000);
afterAll(() => service.stop());

const usage = { inputTokens: 120, outputTokens: 40 };
const END: ModelPart = { type: "finish", reason: "stop", usage };

/** Emits each delta once the one before has been shown: what waits for the same commit would be one event. */
const say = async (
  call: ScriptedCall,
  stream: SseReader,
  type: "text" | "reasoning",
  ...deltas: readonly string[]
): Promise<void> => {
  for (const delta of deltas) {
    call.emit({ type, delta });
    await stream.until(({ data }) => data.includes(JSON.stringify(delta).slice(1, -1)));
  }
};

test("native-folded.sse: a thread's stream from its beginning, of a run whose events are gone", async () => {
  system.countFrom(0);
  const { stream, threadId } = await solve(service, "golden", "folded", "2x + 3 = 7 을 풀어줘.");
  const first = await service.model.nextCall();
  const input = { expression: "(7 - 3) / 2" };
  await say(first, stream, "reasoning", "일차", "방정식이다.\n");
  first.emit({ type: "tool_call", id: "call-1", name: "calculate", input }, { ...END, reason: "tool_calls" });
  const second = await service.model.nextCall();
  await say(second, stream, "text", "양변에서 3을 빼면\n2x = 4 ", "입니다. 🎉\r\n\n", "**x = 2**");
  second.emit(END);
  await stream.toEnd();
  await foldAll(service.store);
  const reader = readSse(await service.get(`/api/v1/threads/${threadId}/events?userId=golden`));
  const events = nativeEvents(await reader.toEnd());
  expectGolden("native-folded.sse", reader.text);
  expect(nativeEvents(readBack(reader.text))).toEqual([...events]);
});

test.each([
  ["ask-folded.sse", 1_000, "/ask?question=hi&user_id=golden"],
  ["chat-folded.sse", 2_000, "/api/chat/stream?message=hi&user_id=golden&stream_tokens=true"],
])("%s: an EventSource that comes back into a run whose events are gone", async (file, from, path) => {
  system.countFrom(from);
  const stream = readSse(await service.get(path));
  const call = await service.model.nextCall();
  await say(call, stream, "text", "Good", " day.\n");
  call.emit(END);
  const frames = await stream.toEnd();
  await foldAll(service.store);
  const again = readSse(await service.get(path, { headers: { "last-event-id": frames[0]?.id ?? "" } }));
  await again.toEnd();
  expectGolden(file, again.text);
});
