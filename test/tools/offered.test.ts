import { expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import type { Tool } from "../../src/tools/contract.ts";
import { MAX_TOOLS, offered } from "../../src/tools/offered.ts";

const toolOf = (name: string): Tool => ({ name, description: "", input: Type.Object({}), async *call() {} });

test("of two tools with one name the first is offered, and past the limit none", () => {
  const own = toolOf("calculate");
  const many = Array.from({ length: 500 }, (_, at) => toolOf(`orders__t${at}`));
  const { tools, leftOut } = offered([own, toolOf("calculate"), ...many]);
  expect(tools).toHaveLength(MAX_TOOLS);
  expect(tools[0]).toBe(own);
  expect(leftOut).toBe(501 - MAX_TOOLS);
  expect(offered([own])).toEqual({ tools: [own], leftOut: 0 });
});
