import { expect, test } from "bun:test";
import { Silence } from "../../../src/agents/remote/silence.ts";
import { heldSleeps } from "../../support/held-sleeps.ts";
import { piecesBody } from "../../support/pieces-body.ts";
import { textOf } from "../../support/read-body.ts";

test("anything that arrives, a comment too, begins the time anew", async () => {
  let now = 0;
  const { system, end } = heldSleeps(100);
  const asked: number[] = [];
  const askedAgain = Promise.withResolvers<void>();
  using silence = new Silence(100, {
    now: () => now,
    sleep: (ms, signal) => {
      if (asked.push(ms) === 2) askedAgain.resolve();
      return system.sleep(100, signal);
    },
  });
  now = 60;
  expect(await textOf(silence.of(piecesBody([": ping\n\n"])))).toBe(": ping\n\n");
  now = 100;
  end();
  await askedAgain.promise;
  expect(silence.signal.aborted).toBe(false);
  const silent = Promise.withResolvers<void>();
  silence.signal.addEventListener("abort", () => silent.resolve());
  now = 160;
  end();
  await silent.promise;
  expect(asked).toEqual([100, 60]);
  expect(silence.signal.reason).toMatchObject({ message: "The agent was silent for 0.1 s." });
});
