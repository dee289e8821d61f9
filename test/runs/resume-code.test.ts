import { beforeAll, describe, expect, test } from "bun:test";
import type { Store } from "../../src/store/contract.ts";
import { answerIn, sharedStore } from "../support/harness.ts";
import { defined, interrupted, modelWith, payloadsOf, text } from "../support/interrupted.ts";

let store: Store;
beforeAll(async () => {
  store = await sharedStore();
}, 240_000);

describe("a code agent whose replica dies", () => {
  test("runs again, without its stored steps and without what it had said", async () => {
    const steps: string[] = [];
    const release = Promise.withResolvers<void>();
    let runs = 0;
    const agent = defined(
      {
        async *run({ step, emit, signal }) {
          const isFirst = ++runs === 1;
          yield "Looking. ";
          await emit("mood", { fine: true });
          const found = await step("load", () => {
            steps.push("load");
            return 41;
          });
          yield `Found ${found}. `;
          if (isFirst) {
            await Promise.race([release.promise, new Promise((go) => signal.addEventListener("abort", go))]);
            signal.throwIfAborted();
          }
          yield "Done.";
        },
      },
      "code",
    );
    const run = await interrupted(store, agent, [modelWith(), modelWith()], (log) => answerIn(log).endsWith("41. "));
    expect(steps).toEqual(["load"]);
    expect(answerIn(run.log)).toBe("Looking. Found 41. Done.");
    expect(payloadsOf(run.log, "custom")).toHaveLength(1);
  });

  test("says what is different as a new paragraph", async () => {
    let runs = 0;
    const agent = defined(
      {
        async *run({ signal }) {
          const isFirst = ++runs === 1;
          yield "It is ";
          yield isFirst ? "Monday, " : "Tuesday, ";
          if (isFirst) await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
          yield "late.";
        },
      },
      "code",
    );
    const run = await interrupted(store, agent, [modelWith(), modelWith()], (log) =>
      answerIn(log).endsWith("Monday, "),
    );
    expect(answerIn(run.log)).toBe("It is Monday, \n\nTuesday, late.");
  });

  test("does not take an answer for one that was cut off when its conversation was over", async () => {
    let runs = 0;
    let isCounted = false;
    const agent = defined(
      {
        async *run(context) {
          const isFirst = ++runs === 1;
          const { text: said } = yield* context.converse({ system: "s" });
          await context.step("count", () => said.length);
          isCounted = true;
          if (isFirst) {
            const { signal } = context;
            await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
          }
          yield ` (${said.length})`;
        },
      },
      "code",
    );
    const second = modelWith();
    const run = await interrupted(store, agent, [modelWith([text("Hello.")]), second], () => isCounted);
    expect(second.requests).toHaveLength(0);
    expect(answerIn(run.log)).toBe("Hello. (6)");
  });
});
