import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { dialects } from "../../src/dialects/index.ts";
import type { EventType } from "../../src/domain/event.ts";
import { ModelError, type ModelPart } from "../../src/models/contract.ts";
import { expectGolden, hasGolden, readBack } from "../support/golden.ts";
import type { ScriptedCall, ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { type TestSystem, testSystem } from "../support/test-system.ts";

let service: TestService<ScriptedModel>;
let system: TestSystem;
beforeAll(async () => {
  system = testSystem();
  service = await startService({ system, env: { LOCALE: "ko" } });
});
afterAll(() => service.stop());

/** A conversation with a dialect's service, one step at a time, so that every transcript has the same frames. */
interface Stage {
  readonly runId: string;
  readonly userId: string;
  /** Emits a part and waits until the log has another event of that type. */
  emit(call: ScriptedCall, part: ModelPart, shows: EventType): Promise<void>;
}

interface Case {
  readonly name: string;
  readonly problem: string;
  /** Only for dialects that have the flag. */
  readonly streamTokens?: false;
  play(stage: Stage): Promise<void>;
}

const usage = { inputTokens: 120, outputTokens: 40 };
const text = (delta: string): ModelPart => ({ type: "text", delta });
const tools: ModelPart = { type: "finish", reason: "tool_calls", usage };
const end: ModelPart = { type: "finish", reason: "stop", usage };

const cases: readonly Case[] = [
  {
    name: "success",
    problem: "2x + 3 = 7 을 풀어줘.",
    play: async ({ emit }) => {
      const first = await service.model.nextCall();
      await emit(first, { type: "reasoning", delta: "일차방정식이다.\n" }, "reasoning");
      const input = { expression: "(7 - 3) / 2" };
      first.emit({ type: "tool_call", id: "call-1", name: "calculate", input }, tools);
      const second = await service.model.nextCall();
      await emit(second, text("양변에서 3을 빼면\n2x = 4 "), "token");
      await emit(second, text("입니다. 🎉\r\n\n"), "token");
      await emit(second, text("**x = 2**"), "token");
      second.emit(end);
    },
  },
  {
    name: "failure",
    problem: "안녕?",
    play: async ({ emit }) => {
      const call = await service.model.nextCall();
      await emit(call, text("안녕하세"), "token");
      const cause = new Error("upstream said: sk-secret");
      call.fail(new ModelError("model_rate_limited", "The model's limit is reached.", { retryable: true, cause }));
    },
  },
  {
    name: "cancelled",
    problem: "hello",
    play: async ({ emit, runId, userId }) => {
      const call = await service.model.nextCall();
      await emit(call, text("Good "), "token");
      await service.post(`/api/v1/runs/${runId}/cancel?wait=1&userId=${userId}`, "");
    },
  },
  {
    name: "whole",
    problem: "hello",
    streamTokens: false,
    play: async () => {
      const call = await service.model.nextCall();
      call.emit(text("Good "), text("day.\n"), text("끝"), end);
    },
  },
  {
    name: "plot",
    problem: "y = x^2 의 그래프를 그려줘",
    play: async ({ emit }) => {
      const call = await service.model.nextCall();
      const input = { expressions: ["x^2"], from: -2, to: 2 };
      call.emit({ type: "tool_call", id: "call-1", name: "plot_function", input }, tools);
      const second = await service.model.nextCall();
      await emit(second, text("꼭짓점은 원점입니다."), "token");
      second.emit(end);
    },
  },
];

/** The request of each wire of the agent `solve`. Wires of other agents have their own tests next to this one. */
const bodies: Record<string, (userId: string, threadId: string, given: Case) => Record<string, unknown>> = {
  "stream-v2": (userId, threadId, { problem, streamTokens }) => ({
    ...{ message: problem, userId, threadId, filesUrl: null, chosenFeatures: ["solve"], agentConfig: null },
    ...(streamTokens === false && { streamTokens }),
  }),
  native: (user_id, thread_id, { problem }) => ({ problem, user_id, thread_id }),
  "native-runs": (user_id, thread_id, { problem }) => ({ input: { message: problem }, user_id, thread_id }),
};

const transcripts = dialects
  .filter(({ name }) => name in bodies)
  .flatMap(({ name, endpoints }, dialect) =>
    cases.flatMap((given, index) =>
      given.streamTokens === false && name !== "stream-v2"
        ? []
        : [
            {
              file: `${name}-${given.name}.sse`,
              name,
              path: endpoints[0]?.path ?? "",
              given,
              from: 1000 * dialect + 100 * index,
            },
          ],
    ),
  );

describe("golden transcripts", () => {
  test("exist for every dialect, for success and for failure", () => {
    const missing = dialects.flatMap(({ name }) => [`${name}-success.sse`, `${name}-failure.sse`]);
    expect(missing.filter((file) => !hasGolden(file))).toEqual([]);
  });

  test.each(transcripts)("$file is unchanged, byte for byte, and reads back as the same events", async (transcript) => {
    const { file, name, path, given, from } = transcript;
    system.countFrom(from);
    const userId = `golden-${name}`;
    const threadId = `스레드:${given.name}`;
    const response = await service.post(path, bodies[name]?.(userId, threadId, given));
    const stream = readSse(response);
    const events = `/api/v1/threads/${encodeURIComponent(threadId)}/events?userId=${userId}`;
    const log = readSse(await service.get(events));
    const shown = (type: EventType) => log.events.filter(({ event }) => event === type).length;
    await given.play({
      runId: response.headers.get("x-run-id") ?? "",
      userId,
      emit: async (call, part, type) => {
        const seen = shown(type);
        call.emit(part);
        await log.until(() => shown(type) > seen);
      },
    });
    const read = await stream.toEnd();
    await log.toEnd();
    expectGolden(file, stream.text);
    expect(stream.text).toMatch(/^:\n\n/);
    expect(stream.text).not.toContain("sk-secret");
    expect(readBack(stream.text)).toEqual([...read]);
    // Only a view: everything in it is in the log, in the same order.
    if (name === "native") expect(log.text.replace(/^:\n\n/, "")).toBe(stream.text.replace(/^:\n\n/, ""));
  });
});
