import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseToolInput, toolInputObject } from "../../src/models/tool-input.ts";

describe("a tool's arguments", () => {
  test.each([
    ["", {}],
    ["  ", {}],
    ['{"x":1}', { x: 1 }],
    ['"{\\"x\\":1}"', { x: 1 }],
    [JSON.stringify(JSON.stringify(JSON.stringify({ x: 1 }))), { x: 1 }],
    ['{}{"x":1}', { x: 1 }],
    ['{"x":1}{"x":1}', { x: 1 }],
    ['{"x":1}\n{"x":1}', { x: 1 }],
    ['"a text"', "a text"],
    ['{"x":', '{"x":'],
    ['{"x":1}{"x":2}', '{"x":1}{"x":2}'],
    ["x x", "x x"],
    ["null", {}],
    ["7", 7],
  ])("%j is %j", (text, value) => {
    expect(parseToolInput(text)).toEqual(value);
  });

  test("arguments that are nested too deep stay text, even when they are encoded twice", () => {
    const deep = `{"a":${"[".repeat(8_000)}${"]".repeat(8_000)}}`;
    for (const text of [deep, JSON.stringify(deep), JSON.stringify(JSON.stringify(deep))])
      expect(parseToolInput(text)).toBeString();
  });

  test("any object is read, encoded once, twice or three times", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(2), (value, times) => {
        const json = JSON.parse(JSON.stringify(value)) as unknown;
        let text = JSON.stringify(value);
        for (let at = 0; at < times; at++) text = JSON.stringify(text);
        expect(parseToolInput(text)).toEqual(json);
      }),
    );
  });

  test("no text throws, and what is sent back is an object", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(typeof toolInputObject(parseToolInput(text))).toBe("object");
      }),
    );
  });
});
