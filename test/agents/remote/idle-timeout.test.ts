import { expect, test } from "bun:test";
import { IdleTimeout } from "../../../src/agents/remote/idle-timeout.ts";
import { heldSleeps } from "../../support/held-sleeps.ts";
import { piecesBody } from "../../support/pieces-body.ts";
import { textOf } from "../../support/read-body.ts";

test("anything that arrives restarts the timeout, even a comment", async () => {
  let now = 0;
  const { system, end } = heldSleeps(100);
  const sleeps: number[] = [];
  const sleptAgain = Promise.withResolvers<void>();
  using idleTimeout = new IdleTimeout(100, {
    now: () => now,
    sleep: (ms, signal) => {
      if (sleeps.push(ms) === 2) sleptAgain.resolve();
      return system.sleep(100, signal);
    },
  });
  now = 60;
  expect(await textOf(idleTimeout.of(piecesBody([": ping\n\n"])))).toBe(": ping\n\n");
  now = 100;
  end();
  await sleptAgain.promise;
  expect(idleTimeout.signal.aborted).toBe(false);
  const idle = Promise.withResolvers<void>();
  idleTimeout.signal.addEventListener("abort", () => idle.resolve());
  now = 160;
  end();
  await idle.promise;
  expect(sleeps).toEqual([100, 60]);
  expect(idleTimeout.signal.reason).toMatchObject({ message: "The agent sent nothing for 0.1 s." });
});
