import { describe, expect, test } from "bun:test";
import { createParser } from "eventsource-parser";
import fc from "fast-check";
import { DataLines } from "../../src/models/data-lines.ts";
import { cutAt } from "../support/cut-at.ts";

const dataOf = (stream: string): readonly string[] => {
  const events: string[] = [];
  createParser({ onEvent: ({ data }) => void events.push(data) }).feed(stream);
  return events;
};
const reduced = (stream: string, cuts: readonly number[] = []): string => {
  const lines = new DataLines();
  const read = cutAt(new TextEncoder().encode(stream), cuts).map((piece) => lines.read(piece));
  return Buffer.concat(read).toString();
};

const line = fc.oneof(
  fc.constantFrom(
    "data",
    "data:",
    "data: ",
    "datum: 1",
    "dat",
    "d",
    ":",
    ": data: 1",
    "event: data",
    "id: 1",
    "",
    "words",
  ),
  fc.json().map((json) => `data: ${json}`),
  fc.string().map((text) => text.replaceAll(/[\r\n]/g, "")),
);
const stream = fc
  .array(fc.tuple(line, fc.constantFrom("\n", "\r", "\r\n", "\n\n", "\r\n\r\n", "\r\r")), { maxLength: 40 })
  .map((lines) => lines.flat().join(""));
const cuts = fc.array(fc.nat(2_000), { maxLength: 8 });

describe("the lines of data of a stream", () => {
  test("are the same events to a parser, wherever the stream is cut and however its lines end", () => {
    fc.assert(
      fc.property(stream, cuts, fc.boolean(), (text, at, isMarked) => {
        expect(dataOf(reduced(isMarked ? `\ufeff${text}` : text, at))).toEqual(dataOf(text));
      }),
    );
  });

  test("hold nothing else", () => {
    const noise = ": keep\n\nwords\r\revent: x\r\nid: 1\n\n\n";
    expect(reduced(`${noise}data: 1\r\n${noise}data\rdatum\r\r${noise}`)).toBe("data: 1\n\ndata\n\n");
  });

  test("are as the server sent them, to the byte", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), cuts, (text, at) => {
        const value = text.toWellFormed().replaceAll(/[\r\n]/g, "");
        expect(reduced(`data:${value}\n\n`, at)).toBe(`data:${value}\n\n`);
      }),
    );
  });
});
