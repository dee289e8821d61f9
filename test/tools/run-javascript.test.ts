import { describe, expect, test } from "bun:test";
import { runSandboxed } from "../../src/tools/javascript/sandbox.ts";

test.each<[string, unknown]>([
  ["let s = 0; for (let i = 1; i <= 100; i++) s += i; s", 5050],
  ["({ a: [1, 'two', null, true] })", { a: [1, "two", null, true] }],
  ["undefined", null],
  ["2n ** 100n", "1267650600228229401496703205376"],
  ["[NaN, Infinity, () => 1, new Map([['a', 1]]), new Set([2])]", ["NaN", "Infinity", "[function]", { a: 1 }, [2]]],
  ["(async () => { await null; return 7 })()", 7],
  ["'\\ud55c글'", "한글"],
])("%s gives %p", async (code, result) => {
  expect(await runSandboxed(code)).toEqual({ result, output: [] });
});

test("the output of console.log is in order", async () => {
  expect(await runSandboxed("console.log('a', 1, { b: [2] }); console.error('c'); 0")).toEqual({
    result: 0,
    output: ['a 1 {"b":[2]}', "c"],
  });
});

test.each([
  ["const x = ;", "SyntaxError"],
  ["null.x", "TypeError: cannot read property 'x' of null (line 1)"],
  ["\n\nthrow new RangeError('too far')", "RangeError: too far (line 3)"],
  ["throw 'just text'", "just text"],
  ["Promise.reject(new Error('no'))", "Error: no"],
  ["console.log('before'); missing()", "It had printed: before"],
  ["let o = {}; o.o = o; o", "circular"],
  ["'y'.repeat(100_000)", "longer than 8000"],
])("the error in %p is reported", async (code, message) => {
  expect(runSandboxed(code)).rejects.toThrow(message);
});

describe("an attack", () => {
  test.each([
    ["while (true) {}", "longer than 1 s"],
    ["({ get a() { while (true) {} } })", "longer than 1 s"],
    ["/(a+)+b/.test('a'.repeat(40))", "longer than 1 s"],
    ["'x'.repeat(1e9)", "out of memory"],
    ["new Uint8Array(100e6)", "out of memory"],
    ["function f() { return f() + 1 } f()", "stack overflow"],
    ["new Promise(() => {})", "never settles"],
    ["import('node:fs')", "could not load module"],
    ["import fs from 'node:fs'", "could not load module"],
    ["require('fs')", "not defined"],
    ["fetch('http://127.0.0.1')", "not defined"],
    ["process.exit(1)", "not defined"],
    ["setTimeout(() => {}, 1)", "not defined"],
  ])("%s ends with: %s", async (code, message) => {
    expect(runSandboxed(code)).rejects.toThrow(message);
  });

  test("constructors give no way out of the sandbox", async () => {
    const { result } = await runSandboxed("Object.keys(({}).constructor.constructor('return this')())");
    expect(result).toEqual(["console"]);
  });

  test("changed built-ins have no effect outside or in the next program", async () => {
    await runSandboxed(
      "JSON.stringify = () => 'gotcha'; Object.prototype.polluted = 1; Array.prototype.map = null; globalThis.left = 1; 0",
    );
    expect(Reflect.has({}, "polluted")).toBe(false);
    expect((await runSandboxed("[typeof left, ({}).polluted, [1].map((x) => x)]")).result).toEqual([
      "undefined",
      null,
      [1],
    ]);
  });

  test("endless output is cut", async () => {
    const { output } = await runSandboxed("for (let i = 0; i < 5000; i++) console.log('line ' + i); 0");
    expect(output).toHaveLength(201);
    expect(output.at(-1)).toBe("… (more output was left out)");
    const long = await runSandboxed("console.log('x'.repeat(1e6)); 0");
    expect(long.output.join("").length).toBeLessThan(8_100);
  });

  test("an error as long as a book is cut", async () => {
    const error = await runSandboxed("throw new Error('x'.repeat(1e6))").catch((thrown: unknown) => thrown);
    expect(String(error).length).toBeLessThan(600);
  });
});
