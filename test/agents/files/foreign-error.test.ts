import { expect, test } from "bun:test";
import { isForeignError } from "../../../src/agents/files/foreign-error.ts";

const withStack = (stack: string): Error => Object.assign(new Error("x"), { stack: `Error: x\n${stack}` });

test.each([
  [
    "a file of the operator's",
    withStack("    at run (/srv/agents/a.ts:3:9)\n    at walk (src/agents/graph.ts:4:1)"),
    true,
  ],
  ["such a file without a function", withStack("    at /srv/agents/a.ts:3:9"), true],
  ["our own file in an executable", withStack("    at walk (src/agents/graph.ts:4:1)"), false],
  ["our own file from source", withStack("    at walk (/opt/yeoul/src/agents/graph.ts:4:1)"), false],
  ["an executable's own file system", withStack("    at walk (/$bunfs/root/main.js:4:1)"), false],
  ["nowhere", withStack(""), true],
  ["what is no Error", "text", true],
])("an error from %s", (_, error, isForeign) => {
  expect(isForeignError(error, "/opt/yeoul/src")).toBe(isForeign);
});
