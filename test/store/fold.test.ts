import { expect, test } from "bun:test";
import fc from "fast-check";
import { foldAnswer } from "../../src/domain/answer.ts";
import type { LogEvent } from "../../src/domain/event.ts";
import { Fold } from "../../src/store/log/fold.ts";
import type { FoldedAnswer } from "../../src/store/log/message-events.ts";
import { unfolded, unjoined } from "../../src/store/log/unfold.ts";
import { anyBody } from "../support/answer-bodies.ts";
import { asStored, joined, logged, placesOf, unmarked } from "../support/folding.ts";

const AFTER = 40;

/** What is read of a run after it was folded. */
const readBack = (events: readonly LogEvent[], answer: FoldedAnswer, cuts: ReadonlySet<number> = new Set()) => {
  const fold = new Fold(answer, cuts, AFTER);
  for (const event of events) fold.add(event);
  const packed = fold.text;
  return { packed, events: unfolded({ runId: "r", firstSeq: AFTER + 1, packed }, answer) };
};

const answerTo = (events: readonly LogEvent[]): FoldedAnswer => {
  const { content, detail } = foldAnswer(events).answer();
  return { content, detail: asStored(detail) };
};

const logs = fc.array(anyBody, { minLength: 1, maxLength: 40 }).map((bodies) => logged("r", AFTER, bodies));
const cutsOf = fc.array(fc.integer({ min: AFTER, max: AFTER + 41 })).map((seqs) => new Set(seqs));

test("a folded run reads as its log did, with deltas joined, and as the same answer", () => {
  fc.assert(
    fc.property(logs, cutsOf, (events, cuts) => {
      const { events: again } = readBack(events, answerTo(events), cuts);
      expect(unmarked(again)).toEqual(joined(events, cuts));
      expect(placesOf(again)).toEqual(events.map(({ seq }) => seq));
      expect(again.every(({ folded }) => folded !== undefined)).toBe(true);
      expect(foldAnswer(again).answer()).toEqual(foldAnswer(events).answer());
    }),
    { numRuns: 1_000 },
  );
});

test("whatever the message holds, nothing is lost but how deltas were cut", () => {
  fc.assert(
    fc.property(logs, logs, (events, others) => {
      const { content, detail } = answerTo(others);
      for (const answer of [
        { content, detail },
        { content: "", detail: null },
        { content, detail: null },
      ]) {
        const { events: again } = readBack(events, answer);
        // A message that says less joins less.
        expect(joined(unmarked(again))).toEqual(joined(events));
      }
    }),
    { numRuns: 300 },
  );
});

test("text that is divided again has every number of the log and the same answer up to each checkpoint", () => {
  fc.assert(
    fc.property(logs, cutsOf, (events, cuts) => {
      const { events: folded } = readBack(events, answerTo(events), cuts);
      const all = { after: 0, through: Number.POSITIVE_INFINITY };
      const again = unjoined(folded, all);
      const middle = { after: AFTER + 3, through: AFTER + 9 };
      expect(unjoined(folded, middle)).toEqual(again.filter(({ seq }) => seq > middle.after && seq <= middle.through));
      expect(again.map(({ seq, type }) => ({ seq, type }))).toEqual(events.map(({ seq, type }) => ({ seq, type })));
      for (const cut of [...cuts, Number.POSITIVE_INFINITY]) {
        const until = ({ seq }: LogEvent) => seq <= cut;
        expect(foldAnswer(again.filter(until)).answer()).toEqual(foldAnswer(events.filter(until)).answer());
      }
      for (const { json } of again) expect(json.isWellFormed()).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("text, reasoning, calls, results and sources stand in the message alone", () => {
  const long = "x".repeat(2_000);
  const events = logged("r", AFTER, [
    ...Array.from({ length: 500 }, () => ({ type: "reasoning" as const, payload: { delta: "because " } })),
    { type: "tool_start", payload: { tool_call_id: "c", name: "look", input: { long } } },
    { type: "tool_result", payload: { tool_call_id: "c", name: "look", output: long, is_error: false } },
    { type: "sources", payload: { items: [{ content: long, metadata: {}, score: 1 }] } },
    ...Array.from({ length: 500 }, () => ({ type: "token" as const, payload: { delta: "river " } })),
  ]);
  expect(readBack(events, answerTo(events)).packed.length).toBeLessThan(100);
});
