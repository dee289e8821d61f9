import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import fc from "fast-check";
import { AnswerFold } from "../../src/domain/answer.ts";
import { ThreadShape } from "../../src/domain/message-shapes.ts";
import { ModelError, type ModelPart } from "../../src/models/contract.ts";
import { type StartedRun, solve, solved } from "../support/answers.ts";
import { ingest } from "../support/chat.ts";
import { messagesOf } from "../support/messages-of.ts";
import { nativeEvents, payloadsOf } from "../support/native-events.ts";
import { register } from "../support/replicas.ts";
import { endAt, endBehind, newRun, started } from "../support/runs.ts";
import type { ScriptedCall, ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { refusalOf, threadOf } from "../support/views.ts";

let service: TestService<ScriptedModel>;
beforeAll(async () => {
  service = await startService();
  await register(service.store, "here");
});
afterAll(() => service.stop());

/** A question for which tools are offered. */
const PROBLEM = "2x + 3 = 7 을 풀어줘.";
const tools: ModelPart = { type: "finish", reason: "tool_calls", usage: { inputTokens: 1, outputTokens: 1 } };
const text = (delta: string): ModelPart => ({ type: "text", delta });
const plot: ModelPart = {
  type: "tool_call",
  id: "p",
  name: "plot_function",
  input: { expressions: ["x^2"], from: -2, to: 2 },
};
const calculate: ModelPart = { type: "tool_call", id: "c", name: "calculate", input: { expression: "(7 - 3) / 2" } };

const page = async (userId: string, threadId: string, query = "") => {
  const thread = await threadOf(service, userId, `${threadId}`, query);
  expect([...Value.Errors(ThreadShape, thread)]).toEqual([]);
  return thread;
};

describe("GET /api/v1/threads/{threadId} shows what an answer had besides text", () => {
  test("calls with their results, pictures, reasoning, usage and how the run ended", async () => {
    const { runId, events } = await solved(
      service,
      "rich",
      "t",
      async (call) => {
        call.emit(
          { type: "reasoning", delta: "A line " },
          { type: "reasoning", delta: "first." },
          calculate,
          plot,
          tools,
        );
        (await service.model.nextCall()).finish("x = 2");
      },
      PROBLEM,
    );
    const [question, answer] = (await page("rich", "t")).messages;
    expect(Object.keys(question ?? {})).toEqual(["id", "role", "content", "seq", "created_at"]);
    const [calculated, plotted] = payloadsOf(events, "tool_result");
    const [drawn] = payloadsOf(events, "image_result");
    const [placeholder] = payloadsOf(events, "image_placeholder");
    expect(answer).toMatchObject({
      ...{ role: "assistant", content: "x = 2", run_id: runId, status: "succeeded", reasoning: "A line first." },
      tool_calls: [
        { tool_call_id: "c", name: "calculate", input: calculate.type === "tool_call" && calculate.input },
        { tool_call_id: "p", name: "plot_function", output: plotted?.output, is_error: false },
      ],
      images: [{ ...placeholder, ...drawn }],
      usage: { input_tokens: 11, output_tokens: 6 },
    });
    expect(Object.keys(answer?.tool_calls?.[0] ?? {})).toEqual(["tool_call_id", "name", "input", "output", "is_error"]);
    expect(answer?.tool_calls?.[0]?.output).toEqual(calculated?.output);
    for (const absent of ["sources", "table_data", "chart_data"]) expect(answer).not.toHaveProperty(absent);
  });

  test("the sources, the table and the chart of agent chat are those of its final frame", async () => {
    await ingest(service, "chatter", new File(["부품,재고\nABC-12345,137\nABC-12346,42\n"], "parts.csv"));
    const body = { message: "ABC-12345 부품의 재고는?", user_id: "chatter", conversation_id: "t" };
    const request = service.post("/api/chat", body);
    (await service.model.nextCall()).finish("137");
    const { data } = (await (await request).json()) as {
      data: { table_data: unknown; sources: { document_id: string }[] };
    };
    const [, answer] = (await page("chatter", "t")).messages;
    expect(data.table_data).not.toBeNull();
    expect(answer).toMatchObject({ content: "137", status: "succeeded", table_data: data.table_data });
    const sources = (answer as unknown as { sources: { metadata: { document_id: string } }[] }).sources;
    expect(sources.map(({ metadata }) => metadata.document_id)).toEqual(
      data.sources.map((source) => source.document_id),
    );
  });

  const ends: readonly (readonly [string, (call: ScriptedCall, run: StartedRun) => Promise<void>])[] = [
    ["failed", async (call) => call.fail(new ModelError("model_unavailable", "away", { retryable: false }))],
    [
      "cancelled",
      async (_call, { runId }) => void (await service.post(`/api/v1/runs/${runId}/cancel?wait=1&userId=ended`, "")),
    ],
  ];
  test.each(ends)("of a run that %s, with its text or without", async (status, end) => {
    for (const partial of ["half an ans", ""]) {
      const threadId = `${status} ${partial}`;
      await solved(
        service,
        "ended",
        threadId,
        async (call, run) => {
          call.emit(calculate, tools);
          const second = await service.model.nextCall();
          if (partial !== "") {
            second.emit(text(partial));
            await run.stream.until(({ event }) => event === "token");
          }
          await end(second, run);
        },
        PROBLEM,
      );
      const { messages } = await page("ended", threadId);
      expect(messages).toMatchObject([
        { role: "user" },
        { role: "assistant", content: partial, status, tool_calls: [{ tool_call_id: "c", is_error: false }] },
      ]);
      // Each side takes its turn, whatever there is of the answer.
      await solved(service, "ended", threadId, (call) => {
        const history = call.request.messages.map((message) => message.role !== "tool" && message.content);
        expect(history).toEqual([PROBLEM, "", false, partial || "(No answer.)", "hello there"]);
        call.finish("ok");
      });
    }
  });

  test("of an answer that was stored without it, from its run's events", async () => {
    const { store } = service;
    const run = newRun("old:t");
    const { fence } = await started(store, run);
    const input = { expression: "1" };
    const events = [
      ["page_start", { title: "q" }],
      ["token", { delta: "one" }],
      ["tool_start", { tool_call_id: "c", name: "calculate", input }],
      ["tool_result", { tool_call_id: "c", name: "calculate", output: 1, is_error: false }],
    ] as const;
    const logged = events.map(([type, payload], i) => ({
      ...{ runId: run.runId, seq: i + 1, type, at: 1 },
      json: JSON.stringify(payload),
    }));
    await store.events.append([{ fence, events: logged, checkpoints: [] }]);
    await store.runs.finish(fence, endAt(fence, 5, { message: { id: "m", content: "one" } }));
    const next = await started(store, newRun("old:t"));
    await store.runs.finish(next.fence, endBehind(next.fence, 5, 1, { message: { id: "n", content: "two" } }));
    const { messages } = await page("old", "t");
    expect(messages.map(({ content }) => content)).toEqual(["What is 2 + 3?", "one", "What is 2 + 3?", "two"]);
    expect(messages.map((message): unknown => message.tool_calls)).toEqual([
      undefined,
      [{ tool_call_id: "c", name: "calculate", input, output: 1, is_error: false }],
      ...[undefined, undefined],
    ]);
  });

  test("of an active run what it has emitted so far, and where to read on", async () => {
    const run = await solve(service, "live", "t", PROBLEM);
    const call = await service.model.nextCall();
    expect(await page("live", "t")).toMatchObject({ active_run: { run_id: run.runId, status: "running" } });
    expect(await page("live", "t")).not.toHaveProperty("active_message");
    call.emit({ type: "reasoning", delta: "hm" }, calculate, tools);
    const second = await service.model.nextCall();
    second.emit(text("Good "));
    await run.stream.until(({ event }) => event === "token");
    const { messages, ...thread } = await page("live", "t");
    expect(messages).toHaveLength(1);
    const { active_message: active } = thread as unknown as { active_message: { seq: number; content: string } };
    expect(active).toMatchObject({
      ...{ run_id: run.runId, role: "assistant", content: "Good ", status: "running", reasoning: "hm" },
      tool_calls: [{ tool_call_id: "c", output: expect.anything() }],
    });
    const rest = readSse(await service.get(`/api/v1/threads/t/events?userId=live&after=${active.seq}`));
    second.finish("day.");
    // The part that was shown and the events after it make up the answer, without duplicates or gaps.
    const fold = new AnswerFold();
    fold.text(active.content);
    for (const event of nativeEvents(await rest.toEnd())) fold.add(event);
    const after = await page("live", "t");
    expect(after.messages.at(-1)?.content).toBe(fold.content);
    expect([fold.content, after.active_run]).toEqual(["Good day.", null]);
    expect(after).not.toHaveProperty("active_message");
  });
});

describe("GET /api/v1/threads/{threadId} is paginated", () => {
  /** Creates a thread with these messages, one event each. */
  const write = async (userId: string, lengths: readonly number[]): Promise<void> => {
    const { store } = service;
    for (const [turn, length] of lengths.entries()) {
      const message = `q${turn} ${"q".repeat(length)}`;
      const { fence, lastSeq } = await started(store, newRun(`${userId}:t`, { message }));
      const answer = { id: `a${turn}`, content: `a${turn} ${"a".repeat(length)}` };
      expect(await store.runs.finish(fence, endBehind(fence, lastSeq, 1, { message: answer }))).toBe("ended");
    }
  };
  const shown = async (userId: string, query: string) => {
    const { messages, has_more } = await page(userId, "t", query);
    return {
      names: messages.map(({ content }) => content.slice(0, 3).trim()),
      seqs: messages.map(({ seq }) => seq),
      has_more,
    };
  };

  test("from the newest, a hundred messages by default, and says whether there are older ones", async () => {
    await write("pages", Array<number>(51).fill(0));
    const first = await page("pages", "t");
    expect([first.messages.length, first.messages[0]?.seq, first.has_more]).toEqual([100, 3, true]);
    expect(await shown("pages", "&before=3")).toEqual({ names: ["q0", "a0"], seqs: [1, 2], has_more: false });
    expect(await shown("pages", "&before=5&limit=2")).toEqual({ names: ["q1", "a1"], seqs: [3, 4], has_more: true });
    expect(await shown("pages", "&before=1")).toEqual({ names: [], seqs: [], has_more: false });
    expect((await page("pages", "t", "&limit=102")).has_more).toBe(false);
    expect((await page("pages", "t", "&limit=101")).has_more).toBe(true);
    expect((await page("pages", "t", "&before=999999999999999&limit=1")).messages[0]?.seq).toBe(102);
  });

  test("with two megabytes a page at most, unless a single message is larger", async () => {
    await write("large", [1_000_000, 1_000_000, 3_000_000]);
    const seen: string[][] = [];
    let before = "";
    for (;;) {
      const { names, seqs, has_more } = await shown("large", before);
      seen.push(names);
      if (!has_more) break;
      before = `&before=${seqs[0]}`;
    }
    expect(seen).toEqual([["a2"], ["q2"], ["q1", "a1"], ["q0", "a0"]]);
  });

  test("with each message once and in order, for any page sizes", async () => {
    await write("each", [0, 5, 900_000, 3, 1_200_000, 0, 2]);
    const all = (await messagesOf(service.store, "each:t")).map(({ id }) => id);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), async (limit) => {
        const ids: string[] = [];
        let before = "";
        for (;;) {
          const { messages, has_more } = await page("each", "t", `&limit=${limit}${before}`);
          ids.unshift(...messages.map(({ id }) => id));
          if (!has_more) break;
          before = `&before=${messages[0]?.seq}`;
        }
        expect(ids).toEqual(all);
      }),
      { numRuns: 6 },
    );
  });

  test("and a snapshot after a reset has the newest within the same bounds and says that there are more", async () => {
    await write("reset", [10, 1_500_000, 1_500_000]);
    const read = async (userId: string) => {
      const id = { "last-event-id": "t:999" };
      const response = await service.get(`/api/v1/threads/t/events?userId=${userId}`, { headers: id });
      const [frame] = await readSse(response).toEnd();
      return JSON.parse(frame?.data ?? "{}") as { messages: { seq: number }[]; has_more: boolean };
    };
    const large = await read("reset");
    expect([large.messages.map(({ seq }) => seq), large.has_more]).toEqual([[6], true]);
    expect(large.messages).toEqual([...(await page("reset", "t")).messages]);
    await write("many", Array<number>(51).fill(0));
    const many = await read("many");
    expect([many.messages.length, many.messages.at(-1)?.seq, many.has_more]).toEqual([100, 102, true]);
  });

  test.each([
    ["limit", ["0", "501", "-1", "x", "1.5", ""]],
    ["before", ["0", "-1", "x", "1e3", "", "9".repeat(16)]],
  ])("refuses an invalid %s", async (name, values) => {
    await write(`refused ${name}`, [0]);
    for (const value of values) {
      const response = await service.get(`/api/v1/threads/t?userId=refused ${name}&${name}=${value}`);
      expect([value, response.status]).toEqual([value, 422]);
      expect((await refusalOf(response)).details).toMatchObject([{ path: `/${name}` }]);
    }
  });
});
