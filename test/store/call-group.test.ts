import { expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { Database, type Driver, type Session } from "../../src/store/database.ts";
import { CallGroup } from "../../src/store/log/call-group.ts";
import { closedGate } from "../support/gate.ts";

const unused: Driver = {
  session: () => ({}) as Session,
  enter: (_lane, work) => work(),
  maxTogether: 3,
  vacuums: true,
  abandon: () => {},
  listen: () => () => {},
  close: async () => {},
};

/** Statements that wait at a gate. A call has the form `key value`. */
const gated = () => {
  const gate = closedGate();
  const statements: (readonly string[])[] = [];
  let underWay = 0;
  let most = 0;
  const group = new CallGroup<string, string>(new Database(unused, realSystem, 60_000), {
    name: "calls",
    keyOf: (call) => call.slice(0, 1),
    charsOf: (call) => call.length,
    isPatient: () => false,
    together: async (calls) => {
      statements.push(calls);
      most = Math.max(most, ++underWay);
      await gate.pass();
      underWay--;
      return calls.map((call) => `${call} done`);
    },
    alone: async (call) => `${call} done alone`,
  });
  return { gate, statements, most: () => most, group };
};

test("one statement runs at a time; calls made meanwhile share the next one, up to its capacity", async () => {
  const { gate, statements, most, group } = gated();
  const first = group.make("c");
  await gate.reached(1);
  const meanwhile = ["b", "a", "d", "e"].map((call) => group.make(call));
  await new Promise(setImmediate);
  expect(statements).toEqual([["c"]]);
  gate.open();
  expect(await Promise.all([first, ...meanwhile])).toEqual(["c done", "b done", "a done", "d done", "e done"]);
  // Each statement is in the order of its keys.
  expect(statements).toEqual([["c"], ["a", "b", "d"], ["e"]]);
  expect(most()).toBe(1);
});

test("calls of one tick share a statement, except two calls with one key", async () => {
  const { gate, statements, group } = gated();
  gate.open();
  await Promise.all(["a 1", "a 2", "b"].map((call) => group.make(call)));
  expect(statements).toEqual([["a 1", "b"], ["a 2"]]);
});
