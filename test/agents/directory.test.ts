import { expect, test } from "bun:test";
import { AgentDirectory } from "../../src/agents/directory.ts";
import { agentFrom } from "../../src/agents/from-definition.ts";
import { agentParts } from "../support/agent-parts.ts";

const named = (name: string) => agentFrom(name, "code", { async *run() {} }, agentParts());

test("two agents of one name are refused, and the agents from before stay", () => {
  const first = named("a");
  const directory = new AgentDirectory([first]);
  expect(() => directory.replace([named("b"), named("b")])).toThrow("the name b");
  expect(directory.offered()).toEqual([first]);
});

test("a replacement changes all agents at once", () => {
  const directory = new AgentDirectory([named("a")]);
  const next = named("b");
  directory.replace([next]);
  expect(directory.get("a")).toBeUndefined();
  expect(directory.get("b")).toBe(next);
});
