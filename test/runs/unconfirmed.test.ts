import { expect, test } from "bun:test";
import { realSystem, type System } from "../../src/domain/system.ts";
import { Unconfirmed } from "../../src/runs/unconfirmed.ts";
import type { Store } from "../../src/store/contract.ts";
import { StoreError } from "../../src/store/store-error.ts";

/** Runs whose beginning failed at second 0. `answer` is the store's answer to a withdrawal. */
const givenUp = async (
  answer: (second: number) => Awaited<ReturnType<Store["runs"]["withdraw"]>> | StoreError,
): Promise<readonly number[]> => {
  let now = 0;
  const attempts: number[] = [];
  const over = Promise.withResolvers<void>();
  const unconfirmed = new Set<string>();
  unconfirmed.delete = (runId) => {
    over.resolve();
    return Set.prototype.delete.call(unconfirmed, runId);
  };
  const withdraw = async () => {
    attempts.push(now / 1000);
    const outcome = answer(now / 1000);
    if (outcome instanceof StoreError) throw outcome;
    return outcome;
  };
  const system: System = {
    ...realSystem,
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  };
  const store = { runs: { withdraw } } as unknown as Store;
  const runs = new Unconfirmed({ store, system, registry: { unconfirmed }, failed: () => {} });
  runs.add({ runId: "r", threadKey: "u:t", owner: "here" });
  expect(unconfirmed.has("r")).toBe(true);
  await over.promise;
  expect(unconfirmed.has("r")).toBe(false);
  return attempts;
};
const away = new StoreError("unavailable", "away");

test("a run that was committed is withdrawn as soon as the store is back", async () => {
  expect((await givenUp((second) => (second < 3 ? away : "withdrawn"))).at(-1)).toBe(3);
});

test("a run that was not committed is looked for ten seconds longer", async () => {
  expect((await givenUp(() => "absent")).at(-1)).toBe(10.5);
});

test("a run is looked for even after a longer outage, because a frozen server executes the statement when it resumes", async () => {
  const attempts = await givenUp((second) => (second < 60 ? away : second < 62 ? "absent" : "withdrawn"));
  expect(attempts.at(-1)).toBe(62);
});

test("a run that another client has joined is left to maintenance at once", async () => {
  expect(await givenUp(() => "joined")).toEqual([0.5]);
});
