import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { historyOf, questionsIn, tokensOf } from "../../src/agents/history.ts";
import { CUT_OFF, FILLER, wellFormed } from "../../src/agents/well-formed.ts";
import { AnswerFold } from "../../src/domain/answer.ts";
import type { EventBody } from "../../src/domain/event.ts";
import type { EndedTurn, RoundState } from "../../src/domain/turn.ts";
import { outputEvents } from "../support/answer-events.ts";
import { assistant, result, user } from "../support/messages.ts";
import { refusalOf } from "../support/strict-server.ts";

/** A turn as the store returns it after these events, or as an earlier release stored it. */
const turnOf = (
  question: string,
  events: readonly EventBody[],
  { rounds = [] as readonly RoundState[], hasDetail = true, images = [] as readonly string[] } = {},
): EndedTurn => {
  const fold = new AnswerFold();
  for (const event of events) fold.add(event);
  const { content, detail } = fold.answer();
  const parts = detail.parts.filter((part) => part.type === "text" || part.type === "tool_call");
  return { question, images, content, parts: hasDetail ? parts : [], rounds };
};

const token = (delta: string): EventBody => ({ type: "token", payload: { delta } });
const start = (id: string): EventBody => ({
  type: "tool_start",
  payload: { tool_call_id: id, name: "look", input: {} },
});
const end = (id: string, output: unknown = id): EventBody => ({
  type: "tool_result",
  payload: { tool_call_id: id, name: "look", output, is_error: false },
});
const reasoning: EventBody = { type: "reasoning", payload: { delta: "hidden thought" } };

const round: fc.Arbitrary<RoundState> = fc.record({
  calls: fc.array(fc.constantFrom("c1", "c2"), { maxLength: 2 }),
  model: fc.constant("m"),
  data: fc.jsonValue({ maxDepth: 1 }),
});
const anyTurn = fc
  .tuple(
    fc.constantFrom("", " ", "and now?", "여울 ".repeat(30)),
    outputEvents,
    fc.record({
      rounds: fc.array(round, { maxLength: 3 }),
      hasDetail: fc.boolean(),
      images: fc.constantFrom([], ["i"]),
    }),
  )
  .map(([question, events, options]) => turnOf(question, events, options));

describe("a thread's history", () => {
  test("is accepted by the strictest server, within any budget and for any log", () => {
    fc.assert(
      fc.property(fc.array(anyTurn, { maxLength: 8 }), fc.oneof(fc.nat(50), fc.nat(2_000)), (turns, budget) => {
        const history = historyOf(turns, budget);
        const plain = history.map((message) =>
          message.role === "assistant" ? { ...message, opaque: undefined } : message,
        );
        expect(refusalOf(plain, "assistant")).toBeNull();
        expect(history.reduce((sum, message) => sum + tokensOf(message), 0)).toBeLessThanOrEqual(budget);
        // The cut is between turns: the newest of them are there, and no other.
        const questions = questionsIn(history);
        const newest = turns.slice(turns.length - questions.length);
        expect(questions).toEqual(
          newest.map(({ question }) => (question.trim() === "" ? expect.any(String) : question)),
        );
        // The turn's own question may follow it.
        expect(wellFormed([...history, user("next")])).toEqual([...history, user("next")]);
      }),
      { numRuns: 500 },
    );
  });

  test("has each round with its calls and their results in the calls' order, and no reasoning", () => {
    const events = [
      ...[reasoning, token("Let me see."), start("a"), start("b"), end("b"), end("a"), start("c"), end("c")],
      ...[token("\n\nThere it is."), reasoning],
    ];
    expect(historyOf([turnOf("q", events)], 1_000)).toEqual([
      ...[user("q"), assistant("Let me see.", ["a", "b"]), result("a"), result("b")],
      ...[assistant("", ["c"]), result("c"), assistant("There it is.")],
    ]);
  });

  test("ends every turn with the assistant, however it ended", () => {
    const cut = { type: "tool_start", payload: { tool_call_id: "b", name: "look", input: {} } } as const;
    const turns = [
      turnOf("cancelled before the first word", []),
      turnOf("failed in the middle", [token("half an ans")]),
      turnOf("cut off in a call", [start("a"), end("a"), cut]),
      turnOf("ended after a call", [token("ok"), start("c"), end("c")]),
      turnOf("stored by an earlier release", [token("old"), start("d"), end("d")], { hasDetail: false }),
    ];
    expect(historyOf(turns, 1_000)).toEqual([
      ...[user("cancelled before the first word"), assistant(FILLER.assistant)],
      ...[user("failed in the middle"), assistant("half an ans")],
      ...[user("cut off in a call"), assistant("", ["a"]), result("a")],
      ...[assistant("", ["b"]), result("b", CUT_OFF, true), assistant(FILLER.assistant)],
      ...[user("ended after a call"), assistant("ok", ["c"]), result("c"), assistant(FILLER.assistant)],
      ...[user("stored by an earlier release"), assistant("old")],
    ]);
  });

  test("shortens the long results of the oldest turns before it leaves out a turn", () => {
    const long = "x".repeat(8_000);
    const turns = ["1", "2", "3"].map((id) => turnOf(id, [start(id), end(id, long), token("done")]));
    const lengths = (budget: number) =>
      historyOf(turns, budget).flatMap((message) => (message.role === "tool" ? [String(message.output).length] : []));
    expect(lengths(10_000)).toEqual([8_000, 8_000, 8_000]);
    const short = lengths(5_000)[0] ?? 0;
    expect(short).toBeLessThan(1_100);
    expect(lengths(5_000)).toEqual([short, 8_000, 8_000]);
    expect(lengths(3_000)).toEqual([short, short, 8_000]);
    expect(lengths(800)).toEqual([short, short, short]);
    expect(lengths(600)).toEqual([short, short]);
    expect(lengths(1)).toEqual([]);
  });

  test("gives opaque state back with the calls it belongs to, and with the text after them", () => {
    const rounds = [
      { calls: ["a", "b"], model: "m", data: 1 },
      { calls: ["c"], model: "m", data: 2 },
      { calls: [], model: "m", data: 3 },
    ];
    const state = (data: number) => ({ model: "m", data });
    const events = [start("a"), start("b"), end("b"), end("a"), start("c"), end("c"), token("done")];
    expect(historyOf([turnOf("q", events, { rounds })], 1_000)).toEqual([
      ...[user("q"), assistant("", ["a", "b"], state(1)), result("a"), result("b")],
      ...[assistant("", ["c"], state(2)), result("c"), assistant("done", [], state(3))],
    ]);
    // A turn that was cut off before its second call began.
    expect(historyOf([turnOf("q", [start("a")], { rounds })], 1_000)[1]).toEqual(assistant("", ["a"], state(1)));
    expect(historyOf([turnOf("q", [start("b")], { rounds })], 1_000)[1]).toEqual(assistant("", ["b"]));
    expect(historyOf([turnOf("q", [token("plain")], { rounds })], 1_000)[1]).toEqual(assistant("plain"));
  });

  test("has the newest pictures, as many as one question may have; a message keeps all of its own or none", () => {
    const images = (count: number, name: string) => Array.from({ length: count }, (_, at) => `${name}${at}`);
    const turns = [
      turnOf("1", [token("a")], { images: images(1, "a") }),
      turnOf("2", [token("b")], { images: images(10, "b") }),
      turnOf("3", [token("c")], { images: images(10, "c") }),
    ];
    const counts = historyOf(turns, 1_000).flatMap((message) =>
      message.role === "user" ? [message.images.length] : [],
    );
    expect(counts).toEqual([0, 0, 10]);
  });
});
