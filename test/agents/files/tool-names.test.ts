import { expect, test } from "bun:test";
import { toolMistake } from "../../../src/agents/files/tool-names.ts";

const known = { names: ["calculate", "plot_function"], servers: ["orders"] };

test.each(["calculate", "plot_*", "*", "orders/get_order", "orders/*", "*/get_order", "ord*/*"])(
  "%s may name a tool",
  (pattern) => {
    expect(toolMistake(pattern, known)).toBeNull();
  },
);

test.each([
  ["calcuate", 'names "calcuate", which is no tool: did you mean calculate?'],
  ["zzz*", 'names "zzz*", which is no tool: there are calculate, plot_function, orders/*'],
  ["order/*", 'names "order/*", but mcp.json has no server order: did you mean orders?'],
  ["", 'names "", which is no tool: there are calculate, plot_function, orders/*'],
])("%j names no tool", (pattern, mistakes) => {
  expect(toolMistake(pattern, known)).toBe(mistakes);
});

test("without servers, the remedy is to add one", () => {
  const mistakes = 'names "wiki/*", but mcp.json has no server wiki: add it there';
  expect(toolMistake("wiki/*", { ...known, servers: [] })).toBe(mistakes);
  expect(toolMistake("*", { names: [], servers: [] })).toStartWith('names "*", which is no tool');
});

test("while mcp.json cannot be read, its servers are not checked", () => {
  const unread = { ...known, servers: null };
  expect(["wiki/*", "*", "calculate"].map((pattern) => toolMistake(pattern, unread))).toEqual([null, null, null]);
  expect(toolMistake("calcuate", unread)).toBe('names "calcuate", which is no tool: did you mean calculate?');
});
