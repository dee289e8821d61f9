import { expect, test } from "bun:test";
import fc from "fast-check";
import type { EventType, LogEvent } from "../../src/domain/event.ts";
import { MAX_EVENTS, MAX_JSON, packed, unpacked } from "../../src/store/log/stretch.ts";

const RUN = "run";

/** The events as they are read again: those of stretches, and the rows that stay. */
const readAgain = (events: readonly LogEvent[]): readonly LogEvent[] => {
  const stretches = packed(events);
  const isPacked = ({ seq }: LogEvent) => stretches.some(({ firstSeq, lastSeq }) => seq >= firstSeq && seq <= lastSeq);
  const rest = events.filter((event) => !isPacked(event));
  return [...rest, ...stretches.flatMap(unpacked)].sort((a, b) => a.seq - b.seq);
};

const delta = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }).map((text) => text.toWellFormed()),
  fc.constantFrom(
    "",
    '"',
    "\\",
    "\n",
    "\x1e",
    "\u0000",
    "\uFFFD",
    "👩‍👩‍👧‍👦",
    "가나다",
    "a".repeat(2_000),
    "b".repeat(5_000),
  ),
  // Tokens that were joined while they waited.
  fc.array(fc.string(), { maxLength: 30 }).map((texts) => texts.join("")),
);

const json = fc.oneof(
  { weight: 8, arbitrary: delta.map((text) => JSON.stringify({ delta: text })) },
  // Not as this release writes them, and still to be read to the letter.
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '{"delta":"\\ud800"}',
      '{ "delta": "a" }',
      '{"delta":"a","b":"c"}',
      '{"delta":""}',
      "{}",
    ),
  },
);

const body = fc.record({
  type: fc.constantFrom<EventType>("token", "token", "token", "reasoning", "solve_progress", "image_result", "done"),
  json,
  since: fc.oneof(fc.constant(0), fc.nat(100), fc.integer({ min: -5_000, max: 5_000_000_000 })),
  // A gap never occurs within a run; it must not be packed over.
  gap: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1),
});

const logged = (bodies: readonly { type: EventType; json: string; since: number; gap: number }[], first: number) => {
  let seq = first;
  let at = 1_767_225_600_123;
  return bodies.map(({ type, json, since, gap }): LogEvent => {
    at += since;
    seq += 1 + gap;
    return { runId: RUN, seq, type, at, json };
  });
};

test("whatever is packed is unpacked to the letter, under its own seq, type and time", () => {
  fc.assert(
    fc.property(fc.array(body, { maxLength: 80 }), fc.nat(1_000_000), (bodies, first) => {
      const events = logged(bodies, first);
      expect(readAgain(events)).toEqual([...events]);
    }),
    { numRuns: 500 },
  );
});

test("a stretch holds events without a gap, at most so many, and is little more than a page", () => {
  const many = logged(
    Array.from({ length: 3 * MAX_EVENTS + 1 }, () => ({
      type: "token" as const,
      json: '{"delta":"a"}',
      since: 20,
      gap: 0,
    })),
    0,
  );
  const sizes = packed(many).map(({ firstSeq, lastSeq }) => lastSeq - firstSeq + 1);
  expect(sizes).toEqual([MAX_EVENTS, MAX_EVENTS, MAX_EVENTS, 1]);
  fc.assert(
    fc.property(fc.array(body, { maxLength: 80 }), (bodies) => {
      const events = logged(bodies, 0);
      for (const { firstSeq, lastSeq, packed: text } of packed(events)) {
        const held = events.filter(({ seq }) => seq >= firstSeq && seq <= lastSeq);
        expect(held).toHaveLength(lastSeq - firstSeq + 1);
        expect(text.length).toBeLessThan(16 * 1024);
      }
    }),
  );
});

test("an event that is long stays as it is, and a picture's is alone", () => {
  const of = (type: EventType, json: string) => ({ type, json, since: 1, gap: 0 });
  const events = logged(
    [
      of("token", '{"delta":"a"}'),
      of("image_result", '{"image_id":"i"}'),
      of("done", '{"message_id":"m"}'),
      of("tool_result", `"${"a".repeat(MAX_JSON)}"`),
      of("done", "{}"),
    ],
    0,
  );
  expect(packed(events).map(({ firstSeq, lastSeq, type }) => [firstSeq, lastSeq, type])).toEqual([
    [1, 1, "mixed"],
    [2, 2, "image_result"],
    [3, 3, "mixed"],
    [5, 5, "mixed"],
  ]);
});

test("a token of six bytes takes ten", () => {
  const tokens = logged(
    Array.from({ length: MAX_EVENTS }, (_, at) => ({
      type: "token" as const,
      json: '{"delta":" words"}',
      since: 20 + (at % 60),
      gap: 0,
    })),
    0,
  );
  const [stretch] = packed(tokens);
  expect((stretch?.packed.length ?? 0) / MAX_EVENTS).toBeLessThan(10);
});
