import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { JsonCounter } from "../../src/wire/json-counter.ts";

const counted = (text: string, cuts: readonly number[] = []): JsonCounter => {
  const bytes = new TextEncoder().encode(text);
  const counter = new JsonCounter();
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  for (const [at, from] of places.entries()) counter.push(bytes.subarray(from, places[at + 1] ?? bytes.length));
  return counter;
};
const valuesIn = (value: unknown): number =>
  value === null || typeof value !== "object"
    ? 1
    : 1 + Object.values(value).reduce<number>((sum, item) => sum + valuesIn(item), 0);
const depthOf = (value: unknown): number =>
  value === null || typeof value !== "object" ? 0 : 1 + Math.max(0, ...Object.values(value).map(depthOf));

const cuts = fc.array(fc.nat(10_000), { maxLength: 6 });
const awkward = fc.constantFrom('"', "\\", '\\"', "{", "}", "[", "]", ":", ",", "\u2028", "한글", "😀", "\\\\", "");
const string = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(awkward).map((parts) => parts.join("")),
);
const value = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    string,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(true, false, null, 0, -1.5e-7),
    fc.array(tie("json"), { maxLength: 5 }),
    fc.dictionary(string, tie("json"), { maxKeys: 5, noNullPrototype: true }),
  ),
})).json;
const spaced = fc.constantFrom(0, 1, "\t", " \n\r ");

describe("a JSON text", () => {
  test("has as many values and levels as its parsed form, wherever it is cut", () => {
    fc.assert(
      fc.property(value, spaced, cuts, (given, space, at) => {
        const text = JSON.stringify(given, null, space);
        const counter = counted(text, at);
        const parsed: unknown = JSON.parse(text);
        expect([counter.values, counter.deepest, counter.depth]).toEqual([valuesIn(parsed), depthOf(parsed), 0]);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ['{"a":1,"a":2,"a":[3]}', 5],
    ['{"__proto__":{"a":1},"constructor":null}', 4],
    [String.raw`["\\","\"","\\\"",":",","]`, 6],
    [String.raw`{"\"a\":":"\u0022,"}`, 2],
    [" \n12e3\t", 1],
    ["[1,2 , 3,-4.5,true,null]", 7],
    ["[[],{},[[]]]", 5],
  ])("%s has %d values, including repeated names", (text, values) => {
    for (let cut = 0; cut <= text.length; cut++) expect(counted(text, [cut]).values).toBe(values);
  });

  test("that is invalid is counted all the same", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const counter = new JsonCounter();
        counter.push(bytes);
        expect(Math.abs(counter.values)).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});
