import { expect, test } from "bun:test";
import { runErrorOf } from "../../src/runs/ending.ts";

test("a thrown object whose properties throw ends a run with `internal`", () => {
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
