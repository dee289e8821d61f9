import { expect, test } from "bun:test";
import { BoundedLog } from "../../src/agents/bounded-log.ts";

const place = { agent: "a", node: "n", runId: "r" };
type Line = readonly [level: string, message: string, data: object | undefined];

const logOf = (isLogged: (level: string) => boolean = () => true) => {
  const lines: Line[] = [];
  const logged = (level: string, _: unknown, message: string, data?: object) => void lines.push([level, message, data]);
  return { lines, log: new BoundedLog({ logged, isLogged }, place) };
};

test("an agent's lines are written as they are, also by a method that stands alone", () => {
  const { lines, log } = logOf();
  const { warn } = log;
  log.info("low", { left: 3 });
  warn("none");
  expect(lines).toEqual([
    ["info", "low", { left: 3 }],
    ["warn", "none", undefined],
  ]);
});

test("a node has a thousand lines, and the last one says that there are no more", () => {
  const { lines, log } = logOf();
  for (let line = 0; line < 2_000; line++) log.info(`${line}`);
  expect(lines).toHaveLength(1_000);
  expect(lines.at(-2)?.[1]).toBe("998");
  expect(lines.at(-1)).toEqual(["warn", "this node logs no more: it has written 999 lines", undefined]);
});

test("lines of a level that is not written take none of them", () => {
  const { lines, log } = logOf((level) => level !== "debug");
  for (let line = 0; line < 5_000; line++) log.debug("x", { toJSON: () => expect.unreachable() });
  log.error("y");
  expect(lines).toEqual([["error", "y", undefined]]);
});

test("what is too long for a line, or no JSON, is cut or left out, and the line says so", () => {
  const { lines, log } = logOf();
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  log.info(`${"x".repeat(1_999)}🌊`, { long: "y".repeat(20_000) });
  log.info("cyclic", cyclic);
  log.info("throws", {
    get a() {
      throw new Error("no");
    },
  });
  log.info(7 as unknown as string, (() => {}) as unknown as object);
  expect(lines.map(([, message, data]) => [message.length, message.isWellFormed(), data])).toEqual([
    [2_001, true, { left_out: "data of more than 16384 characters" }],
    [6, true, { left_out: "data that is no JSON" }],
    [6, true, { left_out: "data that is no JSON" }],
    [6, true, { left_out: "data that is no JSON" }],
  ]);
});
