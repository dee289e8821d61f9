import { expect, test } from "bun:test";
import { Lease } from "../../src/runs/lease.ts";
import { RecurringTask } from "../../src/runs/recurring-task.ts";
import type { Store } from "../../src/store/contract.ts";
import { StoreError } from "../../src/store/store-error.ts";

const recorder = () => {
  const lines: string[] = [];
  return {
    lines,
    recurringFails: (name: string) => void lines.push(`${name} fails`),
    recurringWorks: (name: string, afterMs: number) => void lines.push(`${name} works after ${afterMs}`),
    leaseOver: () => void lines.push("over"),
  };
};

test("repeated failures are logged once, and so is the recovery", async () => {
  const log = recorder();
  let now = 0;
  const work = new RecurringTask("maintenance", { system: { now: () => now }, logger: log });
  for (const fails of [false, true, true, true, false, false, true, false]) {
    now += 10;
    expect(await work.attempt(() => (fails ? Promise.reject(new Error("away")) : Promise.resolve()))).toBe(!fails);
  }
  expect(log.lines).toEqual([
    "maintenance fails",
    "maintenance works after 30",
    "maintenance fails",
    "maintenance works after 10",
  ]);
});

test("an unrenewed lease is logged once as failing and once as ended; each renewal says whether the last one worked", async () => {
  const log = recorder();
  let now = 0;
  let isAway = false;
  const renewals: boolean[] = [];
  const replicas: Pick<Store["replicas"], "renew" | "leave"> = {
    renew: async (_replica, { isUnbroken }) => {
      renewals.push(isUnbroken);
      if (isAway) throw new StoreError("unavailable", "away");
    },
    leave: async () => {},
  };
  const store = { replicas } as Pick<Store, "replicas">;
  const lease = new Lease({
    store,
    system: { now: () => now },
    replica: { id: "r", name: "" },
    ttlMs: 100,
    logger: log,
  });
  const tick = async (ms: number) => {
    now += ms;
    await lease.tick();
  };
  expect(lease.isCurrent).toBe(false);
  await tick(0);
  await tick(20);
  expect(lease.ensureCurrent()).toBeUndefined();
  isAway = true;
  for (let i = 0; i < 8; i++) await tick(20);
  expect(lease.isCurrent).toBe(false);
  await expect(lease.ensureCurrent()).rejects.toThrow("away");
  isAway = false;
  await lease.ensureCurrent();
  await tick(20);
  await tick(20);
  expect(renewals).toEqual([false, true, true, ...Array(8).fill(false), false, true, true]);
  expect(log.lines).toEqual(["lease renewal fails", "over", "lease renewal works after 160"]);
});
