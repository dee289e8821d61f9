import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { EmittedText } from "../../src/agents/resume/emitted-text.ts";
import { Replay } from "../../src/agents/resume/replay.ts";
import type { EventBody, LogEvent } from "../../src/domain/event.ts";

const logged = (events: readonly EventBody[]): readonly LogEvent[] =>
  events.map(({ type, payload }, at) => ({ runId: "r", seq: at + 1, at: 0, type, json: JSON.stringify(payload) }));
const token = (delta: string): EventBody => ({ type: "token", payload: { delta } });
const started = (id: string): EventBody => ({
  type: "tool_start",
  payload: { tool_call_id: id, name: "look", input: {} },
});
const custom = (data: unknown): EventBody => ({ type: "custom", payload: { name: "n", data } });
const placeholder = (id: string): EventBody => ({
  type: "image_placeholder",
  payload: { image_id: id, alt: "a plot" },
});
const picture = (id: string): EventBody => ({
  type: "image_result",
  payload: { image_id: id, url: `images/${id}`, media_type: "image/svg+xml", width: 1, height: 1 },
});

const newOf = (replay: Replay, events: readonly EventBody[]): readonly EventBody[] =>
  events.map((event) => replay.take(event)).filter((event) => event !== null);
const textOf = (events: readonly EventBody[]): string =>
  events.map((event) => (event.type === "token" ? event.payload.delta : "")).join("");

describe("text that a node emits again", () => {
  test("is not emitted again, however both are cut, and what follows it is", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 40 });
    fc.assert(
      fc.property(text, text, fc.array(fc.nat({ max: 80 })), (before, after, cuts) => {
        const whole = before + after;
        const at = [0, ...cuts.map((place) => Math.min(place, whole.length)).toSorted((a, b) => a - b), whole.length];
        const pieces = at.slice(1).map((end, i) => whole.slice(at[i], end));
        const emitted = new EmittedText(before);
        expect(pieces.map((piece) => emitted.take(piece).text).join("")).toBe(after);
      }),
    );
  });

  test("that differs begins a new paragraph with its whole word, and nothing after it is compared", () => {
    const replay = new Replay(logged([token("It is Monday, and late")]), []);
    const fresh = newOf(replay, [token("It "), token("is Tuesday, "), token("and late.")]);
    expect(textOf(fresh)).toBe("\n\nTuesday, and late.");
    expect(replay.nextAnswer()).toBeNull();
  });

  test("that differs after the end of a paragraph needs no break", () => {
    expect(
      textOf(newOf(new Replay(logged([token("One.\n\n"), token("Two.")]), []), [token("One.\n\n"), token("3.")])),
    ).toBe("\n\n3.");
    expect(textOf(newOf(new Replay(logged([token("One.\n")]), []), [token("1.")]))).toBe("1.");
  });
});

describe("events that a node emits again", () => {
  test("are not emitted again as often as they are in the log, whatever the order", () => {
    const before = [custom(1), started("c"), custom(1), custom(2)];
    const replay = new Replay(logged(before), []);
    expect(newOf(replay, [custom(2), custom(1), custom(1), custom(1), started("c"), started("d")])).toEqual([
      custom(1),
      started("d"),
    ]);
  });

  test("reasoning is emitted afresh", () => {
    const thought: EventBody = { type: "reasoning", payload: { delta: "Hm." } };
    expect(newOf(new Replay(logged([thought]), []), [thought])).toEqual([thought]);
  });

  test("a picture that was announced and never came gets the id under which it was announced", () => {
    const replay = new Replay(logged([placeholder("old")]), []);
    expect(newOf(replay, [placeholder("new"), picture("new")])).toEqual([
      { ...picture("new"), payload: { ...picture("new").payload, image_id: "old" } } as EventBody,
    ]);
  });

  test("a picture that is there is announced anew when another is made", () => {
    const replay = new Replay(logged([placeholder("old"), picture("old")]), []);
    expect(newOf(replay, [placeholder("new"), picture("new")])).toEqual([placeholder("new"), picture("new")]);
  });
});

describe("model calls of an earlier attempt", () => {
  const round = (seq: number, calls: readonly string[], data: unknown = null) => ({
    ...{ seq, calls, data, model: "m", number: 1, progress: null },
  });

  test("come with their text, calls and results, and the last one without an end", () => {
    const result: EventBody = {
      type: "tool_result",
      payload: { tool_call_id: "c", name: "look", output: 1, is_error: false },
    };
    const events = logged([token("Let me see."), started("c"), result, token("\n\nI s")]);
    const replay = new Replay(events, [round(1, ["c"], { sealed: 1 })]);
    expect(replay.nextAnswer()).toMatchObject({
      text: "Let me see.",
      round: { calls: [{ tool_call_id: "c", result: { output: 1 } }], opaque: { model: "m", data: { sealed: 1 } } },
    });
    replay.take(token("Let me see."));
    expect(replay.nextAnswer()).toEqual({ text: "\n\nI s", round: null });
    replay.take(token("\n\nI s"));
    expect(replay.nextAnswer()).toBeNull();
  });

  test("whose tool calls are not in the log are made again from their text", () => {
    expect(new Replay(logged([token("Let me see.")]), [round(1, ["lost"])]).nextAnswer()).toEqual({
      text: "Let me see.",
      round: null,
    });
  });

  test("are gone through once, where an attempt died before their calls began and the model was asked again", () => {
    const again = (answer: readonly string[], begun: readonly string[]) => {
      const events = logged([token("Let me see."), ...begun.map(started)]);
      const replay = new Replay(events, [round(1, ["c", "d"], "lost"), round(1, answer, "counts")]);
      return [replay.nextAnswer(), replay.nextAnswer()];
    };
    for (const [answer, begun] of [
      [
        ["c", "d"],
        ["c", "d"],
      ],
      [
        ["c.2", "d"],
        ["c", "c.2", "d"],
      ],
      [["e"], ["e"]],
      [["e"], ["c", "e"]],
      [[], []],
    ] as const) {
      expect(again(answer, begun)).toMatchObject([
        {
          text: "Let me see.",
          round: { calls: answer.map((id) => ({ tool_call_id: id })), opaque: { data: "counts" } },
        },
        // The replay has not been told of the text, so it is still to come; no round is.
        { round: null },
      ]);
    }
    // Nobody was asked again yet.
    expect(again(["c", "d"], ["c"])).toMatchObject([{ round: null }, { round: null }]);
  });

  test("that come before the text that the node has reached are passed over", () => {
    const replay = new Replay(logged([token("A"), token("B"), token("C")]), [round(1, []), round(3, [])]);
    replay.take(token("AB"));
    expect(replay.nextAnswer()).toMatchObject({ text: "C", round: { calls: [] } });
  });
});
