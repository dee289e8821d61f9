import { describe, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import fc from "fast-check";
import type { Tool } from "../../src/tools/contract.ts";
import { fixedTools, Toolbox } from "../../src/tools/toolbox.ts";

const toolOf = (name: string): Tool => ({ name, description: "", input: Type.Object({}), async *call() {} });

const names = ["calculate", "orders/get_order", "orders/cancel_order", "wiki/search"];
const toolbox = new Toolbox([fixedTools(names.map(toolOf))]);
const selected = (...patterns: string[]) => toolbox.select(patterns).map(({ name }) => name);

test("a name selects its tool, a glob every tool that fits, and each tool is selected once", () => {
  expect(selected("calculate", "calculate")).toEqual(["calculate"]);
  expect(selected("orders/*", "orders/get_order")).toEqual(["orders/get_order", "orders/cancel_order"]);
  expect(selected("*")).toEqual(names);
  expect(selected("*_order")).toEqual(["orders/get_order", "orders/cancel_order"]);
  expect(selected("nothing", "orders")).toEqual([]);
});

test("an agent is offered the same list, its own tools first, until a source has others", () => {
  let tools = new Map([["a", toolOf("a")]]);
  const box = new Toolbox([{ tools: () => tools }, fixedTools([toolOf("b"), toolOf("c")])]);
  const agent = { toolNames: ["a", "b", "late"], ownTools: [toolOf("own")] };
  const before = box.offerTo(agent).tools;
  expect(before.map(({ name }) => name)).toEqual(["own", "a", "b"]);
  expect(box.offerTo(agent).tools).toBe(before);
  expect(box.offerTo({ ...agent, toolNames: ["c"] }).tools.map(({ name }) => name)).toEqual(["own", "c"]);
  tools = new Map([["late", toolOf("late")]]);
  expect(box.offerTo(agent).tools.map(({ name }) => name)).toEqual(["own", "late", "b"]);
});

describe("a glob", () => {
  test("fits what the regular expression with `.*` for each star fits", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
    const texts = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 8 });
    fc.assert(
      fc.property(letters, texts, (glob, text) => {
        const box = new Toolbox([fixedTools([toolOf(text)])]);
        expect(box.select([glob]).length === 1).toBe(new RegExp(`^${glob.replaceAll("*", ".*")}$`).test(text));
      }),
    );
  });
});
