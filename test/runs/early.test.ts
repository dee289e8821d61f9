import { beforeAll, describe, expect, test } from "bun:test";
import { answerIn, logOf, sharedStore } from "../support/harness.ts";
import { callingAgent, slow } from "../support/slow-rows.ts";

beforeAll(async () => {
  await sharedStore();
}, 30_000);

describe("the first run of a new thread", () => {
  test("whose row was written without its events appends them, once or again", async () => {
    for (const isWritten of [false, true]) {
      const { here, model, taps } = await slow();
      // As after a lost connection: the row is there, and nobody knows whether the events are.
      taps.begin = async (begin, { early, ...run }) => {
        const begun = await begin(isWritten && early !== undefined ? { ...run, early } : run);
        return begun.state === "running" ? { state: "running", fence: begun.fence, lastSeq: 0, lastAt: 0 } : begun;
      };
      const starting = here.start(callingAgent, { threadId: null });
      (await model.nextCall()).finish("soon");
      const { live, events } = await starting;
      const seen = await events;
      expect(answerIn(seen)).toBe("soon");
      expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, at) => at + 1));
      expect(await logOf(here.store, live.threadKey)).toEqual([...seen]);
    }
  });

  test("that has emitted much writes none of it with its row, which other rows share a statement with", async () => {
    const { here, model, taps, gate } = await slow();
    let written: readonly unknown[] | undefined;
    taps.begin = async (begin, run) => {
      await gate.pass();
      const begun = await begin(run);
      if (begun.state === "running") written = begun.written?.events;
      return begun;
    };
    const starting = here.start(callingAgent, { threadId: null });
    const call = await model.nextCall();
    await gate.reached(1);
    call.emit({ type: "text", delta: "x".repeat(20_000) });
    gate.open();
    const { events } = await starting;
    call.finish(" end");
    expect(answerIn(await events)).toHaveLength(20_004);
    expect(written).toEqual([]);
  });
});
