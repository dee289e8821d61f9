import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Answer, AnswerFold, BESIDES_TEXT, foldAnswer } from "../../src/domain/answer.ts";
import type { EventBody, LogEvent } from "../../src/domain/event.ts";
import { outputEvents } from "../support/answer-events.ts";

const settled: EventBody = {
  type: "credit_settled",
  payload: { input_tokens: 3, output_tokens: 4, credits: 0.019 },
};
const ends: readonly EventBody[] = [
  { type: "done", payload: { message_id: "m" } },
  { type: "done", payload: { message_id: "m", result: { table_data: { columns: ["z"], rows: [["1"]] } } } },
  { type: "error", payload: { code: "cancelled", message: "The run was cancelled.", recoverable: false } },
  { type: "error", payload: { code: "timeout", message: "Too long.", recoverable: true } },
];
/** All events of one run. */
const run = fc.tuple(outputEvents, fc.constantFrom(...ends)).map(([bodies, end]) => [...bodies, settled, end]);

const logged = (bodies: readonly EventBody[]): readonly LogEvent[] =>
  bodies.map(({ type, payload }, i) => ({ runId: "r", seq: i + 1, type, at: 0, json: JSON.stringify(payload) }));
const folded = (bodies: readonly EventBody[]): Answer => {
  const fold = new AnswerFold();
  for (const body of bodies) fold.add(body);
  return fold.answer();
};
/** As stored: values that JSON does not distinguish become equal. */
const stored = (answer: Answer): unknown => JSON.parse(JSON.stringify(answer));

describe("an answer", () => {
  test("has its parts in the order of their first event, and the status of its end", () => {
    const sources = { items: [{ content: "p", metadata: { title: "t" }, score: 1 }] };
    const image = { image_id: "i", url: "api/v1/images/i", media_type: "image/svg+xml", width: 2, height: 1 };
    expect(
      folded([
        { type: "page_start", payload: { title: "q" } },
        { type: "sources", payload: sources },
        { type: "reasoning", payload: { delta: "h" } },
        { type: "reasoning", payload: { delta: "m" } },
        { type: "token", payload: { delta: "Let me " } },
        { type: "solve_progress", payload: { node: "n", stage: "s", status: "completed", message: "" } },
        { type: "token", payload: { delta: "see." } },
        { type: "tool_start", payload: { tool_call_id: "c", name: "calculate", input: { e: "1" } } },
        { type: "image_placeholder", payload: { image_id: "i", alt: "a" } },
        { type: "image_result", payload: image },
        { type: "tool_result", payload: { tool_call_id: "c", name: "calculate", output: 1, is_error: false } },
        { type: "token", payload: { delta: "\n\n1 🎉" } },
        settled,
        { type: "done", payload: { message_id: "m" } },
      ]),
    ).toEqual({
      content: "Let me see.\n\n1 🎉",
      detail: {
        parts: [
          { type: "sources", ...sources },
          { type: "reasoning", text: "hm" },
          { type: "text", length: 11 },
          {
            ...{ type: "tool_call", tool_call_id: "c", name: "calculate", input: { e: "1" }, round: 1 },
            ...{ output: 1, is_error: false },
          },
          { type: "image", alt: "a", ...image },
          { type: "text", length: 6 },
        ],
      },
      usage: { input_tokens: 3, output_tokens: 4, credits: 0.019 },
      status: "succeeded",
      error: null,
    });
  });

  test("a result belongs to the last call with its id, and one without a call becomes a call without input", () => {
    const call = { tool_call_id: "c", name: "f" };
    const { detail } = folded([
      { type: "tool_start", payload: { ...call, input: 1 } },
      { type: "tool_start", payload: { ...call, input: 2 } },
      { type: "tool_result", payload: { ...call, output: "b", is_error: true } },
      { type: "tool_result", payload: { tool_call_id: "d", name: "g", output: "x", is_error: false } },
    ]);
    expect(detail.parts).toEqual([
      { type: "tool_call", ...call, input: 1, round: 1 },
      { type: "tool_call", ...call, input: 2, output: "b", is_error: true, round: 1 },
      { type: "tool_call", tool_call_id: "d", name: "g", input: null, output: "x", is_error: false, round: 2 },
    ]);
  });

  test("calls that begin before any has ended were asked for together", () => {
    const start = (id: string): EventBody => ({
      type: "tool_start",
      payload: { tool_call_id: id, name: "f", input: {} },
    });
    const end = (id: string): EventBody => ({
      type: "tool_result",
      payload: { tool_call_id: id, name: "f", output: id, is_error: false },
    });
    const { detail } = folded([start("a"), start("b"), end("b"), end("a"), start("c"), end("c"), start("d")]);
    const rounds = detail.parts.map((part) => part.type === "tool_call" && [part.tool_call_id, part.round]);
    expect(rounds).toEqual([
      ["a", 1],
      ["b", 1],
      ["c", 2],
      ["d", 3],
    ]);
  });

  test("the last valid table and chart count, and data that only looks like one does not", () => {
    const table = { columns: ["a"], rows: [["1"]] };
    const chart = { type: "line", labels: ["x"], series: [{ name: "s", data: [null] }] };
    const result = (output: unknown): EventBody => ({ type: "node_result", payload: { node: "n", output } });
    const { detail } = folded([
      result({ table, chart: { type: "pie" } }),
      result({ table: null, chart }),
      result("table"),
      result(null),
      { type: "done", payload: { message_id: "m", result: { table_data: { columns: "a", rows: [] } } } },
    ]);
    expect(detail).toEqual({ parts: [], table_data: table, chart_data: chart } as Answer["detail"]);
  });

  test("of a cancelled or failed run has the status and the reason", () => {
    const [, , cancelled, late] = ends;
    for (const [end, status] of [
      [cancelled, "cancelled"],
      [late, "failed"],
    ] as const) {
      if (end?.type !== "error") throw new Error("no such end");
      const answer = folded([{ type: "token", payload: { delta: "half an ans" } }, end]);
      expect([answer.status, answer.error, answer.content]).toEqual([status, end.payload, "half an ans"]);
    }
  });
});

describe("the fold", () => {
  test("gives the same from the log as from the emitted events", () => {
    fc.assert(
      fc.property(run, (bodies) => expect(stored(foldAnswer(logged(bodies)).answer())).toEqual(stored(folded(bodies)))),
    );
  });

  test("does not depend on how the text is split into deltas", () => {
    fc.assert(
      fc.property(run, fc.infiniteStream(fc.nat(5)), (bodies, cuts) => {
        const cut = bodies.flatMap((body): EventBody[] => {
          if (body.type !== "token" && body.type !== "reasoning") return [body];
          const at = cuts.next().value ?? 0;
          const { delta } = body.payload;
          return [delta.slice(0, at), delta.slice(at)].map((piece) => ({ ...body, payload: { delta: piece } }));
        });
        expect(folded(cut)).toEqual(folded(bodies));
      }),
    );
  });

  test("can be read after any event, has the events so far, and does not change afterwards", () => {
    fc.assert(
      fc.property(run, (bodies) => {
        const fold = new AnswerFold();
        const seen = bodies.map((body) => {
          fold.add(body);
          return { answer: fold.answer(), hasAnswer: fold.hasAnswer };
        });
        for (const [i, { answer, hasAnswer }] of seen.entries()) {
          expect(answer).toEqual(folded(bodies.slice(0, i + 1)));
          expect(hasAnswer).toBe(answer.content !== "" || answer.detail.parts.some(({ type }) => type !== "reasoning"));
        }
      }),
    );
  });

  test("its text parts, joined in order, are exactly the content", () => {
    fc.assert(
      fc.property(run, (bodies) => {
        const { content, detail } = folded(bodies);
        const lengths = detail.parts.flatMap((part) => (part.type === "text" ? [part.length] : []));
        expect(lengths.every((length) => length > 0)).toBe(true);
        expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(content.length);
        expect(content).toBe(bodies.map((body) => (body.type === "token" ? body.payload.delta : "")).join(""));
      }),
    );
  });

  test("without the tokens has everything but the text", () => {
    fc.assert(
      fc.property(run, (bodies) => {
        const types = new Set<string>(BESIDES_TEXT);
        const { detail } = folded(bodies.filter(({ type }) => types.has(type)));
        const reasoning = (parts: Answer["detail"]["parts"]) =>
          parts.map((part) => (part.type === "reasoning" ? part.text : "")).join("");
        const others = (parts: Answer["detail"]["parts"]) =>
          parts.filter(({ type }) => type !== "text" && type !== "reasoning");
        const whole = folded(bodies).detail;
        expect({ ...detail, parts: others(detail.parts) }).toEqual({ ...whole, parts: others(whole.parts) });
        expect(reasoning(detail.parts)).toBe(reasoning(whole.parts));
      }),
    );
  });

  test("takes a hundred thousand calls in one pass", () => {
    const fold = new AnswerFold();
    for (let i = 0; i < 100_000; i++) {
      const call = { tool_call_id: `c${i}`, name: "f" };
      fold.add({ type: "tool_start", payload: { ...call, input: i } });
      fold.add({ type: "tool_result", payload: { ...call, output: i, is_error: false } });
      fold.text("x");
    }
    const { detail, content } = fold.answer();
    expect([detail.parts.length, content.length]).toEqual([200_000, 100_000]);
    expect(detail.parts.at(-2)).toMatchObject({ input: 99_999, output: 99_999 });
  });
});
