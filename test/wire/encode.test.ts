import { describe, expect, test } from "bun:test";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import fc from "fast-check";
import { COMMENT_FRAME, encodeFrame } from "../../src/wire/encode.ts";

/** Parses the bytes, fed in parts that are cut at the given positions. */
const read = (text: string, cuts: readonly number[] = []): EventSourceMessage[] => {
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
  for (let i = 1; i < places.length; i++) parser.feed(text.slice(places[i - 1], places[i]));
  return events;
};

const fieldText = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/[\r\n\0]/.test(text));
const dataText = fc.string({
  unit: fc.oneof(
    fc.constantFrom("\r", "\n", "\r\n", ":", " ", "data:", "id: 9\n", "\n\n"),
    fc.string({ unit: "grapheme", maxLength: 3 }),
  ),
});

describe("encodeFrame", () => {
  test("a reader gets back id, event and data, wherever the bytes are cut", () => {
    fc.assert(
      fc.property(fieldText, fieldText, dataText, fc.array(fc.nat(), { maxLength: 8 }), (id, event, data, cuts) => {
        const [got, ...more] = read(encodeFrame({ id, event, data }), cuts);
        expect(more).toEqual([]);
        expect(got).toEqual({ id, event, data: data.replace(/\r\n|\r/g, "\n") });
      }),
    );
  });

  test("data with line breaks cannot forge a second frame", () => {
    const events = read(encodeFrame({ event: "llm.token.delta", data: "a\n\nevent: run.completed\ndata: {}\n\n" }));
    expect(events.map((event) => event.event)).toEqual(["llm.token.delta"]);
  });

  test("an id or event with CR, LF or NUL is refused", () => {
    for (const bad of ["a\nb", "a\rb", "a\0b"]) {
      expect(() => encodeFrame({ id: bad, data: "" })).toThrow(TypeError);
      expect(() => encodeFrame({ event: bad, data: "" })).toThrow(TypeError);
    }
  });

  test("a reader ignores a comment frame", () => {
    expect(read(COMMENT_FRAME + encodeFrame({ data: "x" }) + COMMENT_FRAME)).toHaveLength(1);
  });
});
