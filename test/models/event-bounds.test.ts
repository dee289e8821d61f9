import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { EventBounds } from "../../src/models/event-bounds.ts";

/** Returns the first violation in a stream that is cut at these positions. */
const looked = (stream: string, cuts: readonly number[] = []): string | null => {
  const bytes = new TextEncoder().encode(stream);
  const bounds = new EventBounds();
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  for (const [at, from] of places.entries()) {
    const excess = bounds.push(bytes.subarray(from, places[at + 1] ?? bytes.length));
    if (excess !== null) return excess;
  }
  return null;
};
const cuts = fc.array(fc.nat(20_000), { maxLength: 5 });
const end = fc.constantFrom("\n", "\r", "\r\n");

describe("a stream of events", () => {
  test("may be endless as long as each event is small, for any cuts and line ends", () => {
    const json = fc.json({ maxDepth: 5 });
    fc.assert(
      fc.property(fc.array(json, { maxLength: 20 }), end, cuts, (events, eol, at) => {
        const deep = `data: ${"[".repeat(300)}${"]".repeat(300)}${eol}${eol}`;
        const stream = events.map((event) => `event: x${eol}data: ${event}${eol}${eol}${deep}`).join("");
        expect(looked(stream, at)).toBeNull();
      }),
    );
  });

  test("is refused for an event nested too deep, for any cuts and line breaks", () => {
    fc.assert(
      fc.property(end, cuts, fc.boolean(), (eol, at, isSpread) => {
        const opened = isSpread ? `data: [${eol}`.repeat(600) : `data: ${"[".repeat(600)}${eol}`;
        expect(looked(`data: {}${eol}${eol}${opened}`, at)).toContain("deeper than 512");
      }),
    );
  });

  test.each([
    ["values", `data: [${"1,".repeat(200_001)}1]\n\n`, "more than 200000 values"],
    ["bytes", `data: "${"x".repeat(9 * 1024 * 1024)}"`, "more than 8388608 bytes"],
    ["bytes over many lines", `data: ${"x".repeat(1024)}\n`.repeat(9 * 1024), "more than 8388608 bytes"],
    ["comments in a row", ": keep\n\n".repeat(2_200_000), "16777216 bytes that are no data"],
  ])("has an event with too many %s", (_, stream, words) => {
    expect(looked(stream)).toContain(words);
  });

  test("may have many comments between its events", () => {
    const comments = ": keep\n\n".repeat(1_200_000);
    expect(looked(`${comments}data: {}\n\n${comments}`)).toBeNull();
  });
});
