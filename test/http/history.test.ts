import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ModelError, type ModelMessage, type ModelPart } from "../../src/models/contract.ts";
import type { Store } from "../../src/store/contract.ts";
import { solve, solved } from "../support/answers.ts";
import { assistant, user } from "../support/messages.ts";
import { nativeEvents, payloadsOf } from "../support/native-events.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { stores } from "../support/stores.ts";
import { refusalOf } from "../support/strict-server.ts";
import { threadOf } from "../support/views.ts";

const usage = { inputTokens: 1, outputTokens: 1 };
const input = { expression: "1 + 1" };
const call = (id: string): ModelPart => ({ type: "tool_call", id, name: "calculate", input });
const text = (delta: string): ModelPart => ({ type: "text", delta });
/** What no event, endpoint or other model may show. */
const SECRET = "sealed-7f3a";
const opaque = (data: number, model = "scripted") => ({ model, data: { [SECRET]: data } });
const finish = (state?: ReturnType<typeof opaque>): ModelPart => ({
  ...{ type: "finish", reason: "tool_calls", usage },
  ...(state !== undefined && { opaque: state }),
});

const calling = (content: string, ids: readonly string[], state?: ReturnType<typeof opaque>): ModelMessage => ({
  ...{ role: "assistant", content, toolCalls: ids.map((id) => ({ id, name: "calculate", input })) },
  ...(state !== undefined && { opaque: state }),
});
const called = (toolCallId: string, output: unknown = expect.anything(), isError = false): ModelMessage => ({
  ...{ role: "tool", toolCallId, name: "calculate" },
  ...{ output, isError },
});

describe.each(stores)("a later turn in %s", (_name, open) => {
  let store: Store;
  let service: TestService<ScriptedModel>;
  const restart = async (): Promise<void> => {
    await service.stop();
    service = await startService({ store });
  };
  beforeAll(async () => {
    store = await open();
    service = await startService({ store });
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await store.close();
  });

  /** What the model is given of the thread when the next question comes. */
  const historyIn = async (threadId: string): Promise<readonly ModelMessage[]> => {
    let given: readonly ModelMessage[] = [];
    await solved(service, "u", threadId, (next) => {
      given = next.request.messages;
      next.finish("ok");
    });
    expect(refusalOf(given, "user")).toBeNull();
    expect(given.at(-1)).toEqual(user("hello there"));
    return given.slice(0, -1);
  };

  test("is given the calls with their results, and the model's opaque state, even after a restart", async () => {
    const { events, runId } = await solved(service, "u", "tools", async (first, run) => {
      first.emit({ type: "reasoning", delta: "hidden" }, text("Let me see."), call("c"), call("d"), finish(opaque(1)));
      const second = await service.model.nextCall();
      expect(second.request.messages.slice(-3)).toEqual([
        ...[calling("Let me see.", ["c", "d"], opaque(1)), called("c"), called("d")],
      ]);
      // It is stored before the call, so that another replica could go on from here.
      const { rounds: stored } = await store.runs.progress({ threadKey: "u:tools", runId: run.runId });
      expect(stored).toEqual([
        { number: 1, seq: expect.any(Number), calls: ["c", "d"], ...opaque(1), progress: expect.anything() },
      ]);
      second.emit(text("It is 2."), finish(opaque(2)));
    });
    await restart();
    const history = [
      ...[user("hello there"), calling("Let me see.", ["c", "d"], opaque(1)), called("c"), called("d")],
      assistant("It is 2.", [], opaque(2)),
    ];
    expect(await historyIn("tools")).toEqual(history);
    const shown = [
      JSON.stringify(events),
      ...(await Promise.all(
        ["threads/tools", "threads/tools/checkpoints", "threads/tools/events", `runs/${runId}`].map(async (path) =>
          (await service.get(`/api/v1/${path}?userId=u`)).text(),
        ),
      )),
    ].join();
    expect(shown).toContain("Let me see.");
    expect(shown).not.toContain(SECRET);
  });

  test("gives no model the state of another", async () => {
    await solved(service, "u", "other", async (first) => {
      first.emit(call("c"), finish(opaque(1, "another")));
      (await service.model.nextCall()).finish("ok");
    });
    expect(JSON.stringify(await historyIn("other"))).not.toContain(SECRET);
  });

  test("is given cancelled, failed and interrupted turns in an order that every server accepts", async () => {
    const early = await solve(service, "u", "ends", "cancelled before a word");
    await service.model.nextCall();
    await service.post(`/api/v1/runs/${early.runId}/cancel?userId=u&wait=1`, "");
    await solved(
      ...[service, "u", "ends"],
      async (first) => {
        first.emit(text("half an ans"));
        first.fail(new ModelError("model_unavailable", "It broke off.", { retryable: false }));
      },
      "failed in the middle",
    );
    await solved(
      ...[service, "u", "ends"],
      async (first) => {
        first.emit(call("c"), finish());
        (await service.model.nextCall()).fail(new ModelError("model_refused", "No.", { retryable: false }));
      },
      "failed after a call",
    );
    expect(await historyIn("ends")).toEqual([
      ...[user("cancelled before a word"), assistant("(No answer.)")],
      ...[user("failed in the middle"), assistant("half an ans")],
      ...[user("failed after a call"), calling("", ["c"]), called("c"), assistant("(No answer.)")],
    ]);
    await restart();
    const { messages } = await threadOf(service, "u", "ends");
    expect(messages.map(({ role, content }) => [role, content]).slice(0, 3)).toEqual([
      ["user", "cancelled before a word"],
      ["user", "failed in the middle"],
      ["assistant", "half an ans"],
    ]);
  });

  test("that ends at the model's limit says so, and the turn's usage has its cached and reasoning tokens", async () => {
    const { events } = await solved(service, "u", "length", (first) => {
      const spent = { ...usage, cachedTokens: 7, reasoningTokens: 5, isEstimated: true };
      first.emit(text("Once upon a"), { type: "finish", reason: "length", usage: spent });
    });
    expect(payloadsOf(events, "done")).toMatchObject([{ finish: "length" }]);
    expect(payloadsOf(events, "credit_settled")).toEqual([
      {
        ...{ input_tokens: 1, output_tokens: 1, credits: 0.005 },
        ...{ estimated: true, cached_tokens: 7, reasoning_tokens: 5 },
      },
    ]);
    const { messages } = await threadOf(service, "u", "length");
    expect(messages.at(-1)).toMatchObject({ content: "Once upon a", status: "succeeded" });
  });

  test("a run that is cancelled during its calls stores those that had ended, and the next question is answered", async () => {
    const run = await solve(service, "u", "cut");
    const first = await service.model.nextCall();
    first.emit(text("Let me see."), call("c"), finish(opaque(1)));
    await service.model.nextCall();
    await service.post(`/api/v1/runs/${run.runId}/cancel?userId=u&wait=1`, "");
    expect(payloadsOf(nativeEvents(await run.stream.toEnd()), "error")).toMatchObject([{ code: "cancelled" }]);
    expect(await historyIn("cut")).toEqual([
      ...[user("hello there"), calling("Let me see.", ["c"], opaque(1)), called("c"), assistant("(No answer.)")],
    ]);
  });
});
