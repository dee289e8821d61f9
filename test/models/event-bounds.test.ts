import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { DataLines } from "../../src/models/data-lines.ts";
import { EventBounds } from "../../src/models/event-bounds.ts";
import { cutAt } from "../support/cut-at.ts";

/** Returns the first violation in a stream that is cut at these positions. `said` is called before each piece. */
const looked = (stream: string, cuts: readonly number[] = [], emitted = () => 0): string | null => {
  const lines = new DataLines();
  const bounds = new EventBounds(emitted);
  for (const piece of cutAt(new TextEncoder().encode(stream), cuts)) {
    const excess = bounds.push(lines.read(piece), piece.length);
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
    ["values", `data: [${"1,".repeat(200_001)}1]\n\n`, "more than 50000 values"],
    ["bytes", `data: "${"x".repeat(9 * 1024 * 1024)}"`, "more than 8388608 bytes"],
    ["bytes over many lines", `data: ${"x".repeat(1024)}\n`.repeat(9 * 1024), "more than 8388608 bytes"],
    ["comments in a row", ": keep\n\n".repeat(2_200_000), "brings no text for more than 16777216 bytes"],
    ["pings in a row", 'data: {"type":"ping"}\n\n'.repeat(10_000), "brings no text in too many events"],
  ])("has an event with too many %s", (_, stream, words) => {
    expect(looked(stream)).toContain(words);
  });

  test("may have many comments, and events without content, between those with content", () => {
    const quiet = `${": keep\n\n".repeat(1_000_000)}${'data: {"type":"ping"}\n\n'.repeat(7_000)}`;
    let emitted = 0;
    const stream = quiet.repeat(3);
    const cuts = Array.from({ length: 30 }, (_, at) => Math.floor((stream.length / 30) * at));
    expect(looked(stream, cuts, () => Math.floor(emitted++ / 8))).toBeNull();
    expect(looked(stream, cuts)).toContain("brings no text");
  });
});
