import { expect, test } from "bun:test";
import { runErrorOf } from "../../src/runs/ending.ts";

test("an object that throws when it is looked at ends a run with internal", () => {
  const hostile = new Proxy(
    {},
    {
      getPrototypeOf: () => {
        throw new Error("no prototype");
      },
    },
  );
  expect(runErrorOf(hostile)).toMatchObject({ code: "internal", cause: undefined });
});
