import { expect, test } from "bun:test";
import fc from "fast-check";
import { HINT_KINDS, type HintKind } from "../../src/replicas/contract.ts";
import { keysIn, PendingHints, readMessage } from "../../src/replicas/pending.ts";
import { MAX_HINT_BYTES } from "../../src/store/hints/contract.ts";

const key = fc.oneof(
  { weight: 6, arbitrary: fc.uuid() },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 300 }) },
  { weight: 1, arbitrary: fc.constant("\u0000".repeat(256)) },
  { weight: 1, arbitrary: fc.constant(null) },
);
const hint = fc.tuple(fc.constantFrom(...HINT_KINDS), key);

const add = (hints: readonly (readonly [HintKind, string | null])[]): PendingHints => {
  const pending = new PendingHints();
  for (const [kind, key] of hints) pending.add(kind, key);
  return pending;
};

/** Sends what waits, and returns what a receiver reads of it. */
const sent = (pending: PendingHints) => {
  let number = 0;
  const payloads = pending.take("the sender", () => ++number).map((message) => JSON.stringify(message));
  for (const payload of payloads) {
    expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(MAX_HINT_BYTES);
    expect(payload).not.toContain("\0");
  }
  return payloads.map((payload) => readMessage(payload)).flatMap((message) => (message === null ? [] : [message]));
};

test("every hint arrives once, by its key or among all of its kind, in messages that fit and are numbered", () =>
  fc.assert(
    fc.property(fc.array(hint, { maxLength: 400 }), (hints) => {
      const messages = sent(add(hints));
      expect(messages.map(({ number }) => number)).toEqual(messages.map((_, at) => at + 1));
      const arrived = messages.flatMap(keysIn);
      for (const kind of HINT_KINDS) {
        const keys = hints.flatMap(([of, key]) => (of === kind ? [key] : []));
        const found = arrived.flatMap(([of, key]) => (of === kind ? [key] : []));
        const isAll = keys.some((key) => key === null || key.length > 256);
        if (isAll) expect(found).toEqual([null]);
        else if (found[0] !== null || found.length !== 1) expect(found).toEqual([...new Set(keys)]);
        // Only what is too much goes as "every key".
        else expect(keys.join("").length).toBeGreaterThan(40_000);
      }
    }),
    { numRuns: 200 },
  ));

test("ten thousand keys are one hint: everything", () => {
  const messages = sent(add(Array.from({ length: 10_000 }, (_, at) => ["changed", `${at}`] as const)));
  expect(messages.flatMap(keysIn)).toEqual([["changed", null]]);
});

test("four thousand topics go by their names, in few messages", () => {
  const topics = Array.from({ length: 4_000 }, (_, at) => `${at}`.padStart(8, "x"));
  const messages = sent(add(topics.map((topic) => ["changed", topic] as const)));
  expect(messages.flatMap(keysIn).map(([, key]) => key)).toEqual(topics);
  expect(messages.length).toBeLessThanOrEqual(7);
});

test("what could not be sent waits again, and what is taken is gone", () => {
  const pending = add([
    ["run", "a"],
    ["run", "b"],
  ]);
  const [message] = pending.take("x", () => 1);
  expect(pending.isEmpty).toBe(true);
  pending.add("run", "b");
  if (message !== undefined) pending.putBack(message);
  expect(sent(pending).flatMap(keysIn)).toEqual([
    ["run", "b"],
    ["run", "a"],
  ]);
});

test("a message of something else, or of a later release, does no harm", () => {
  const foreign = fc.oneof(fc.string(), fc.json(), fc.constant("null"), fc.constant('{"from":1,"number":1}'));
  fc.assert(
    fc.property(foreign, (payload) => {
      const message = readMessage(payload);
      if (message !== null) keysIn(message);
    }),
  );
  const later = readMessage('{"from":"x","number":1,"moved":["a"],"run":[7,"b",{}],"orphans":"all","probe":[null]}');
  expect(later === null ? null : keysIn(later)).toEqual([
    ["run", "b"],
    ["probe", null],
  ]);
});
