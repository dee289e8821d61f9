import { expect, test } from "bun:test";
import type { ThreadKey } from "../../src/domain/thread.ts";
import { Retention } from "../../src/runs/retention.ts";
import { StoreError } from "../../src/store/store-error.ts";

const FOR_MS = 30 * 24 * 60 * 60_000;

test("it walks over all threads, deletes what is idle still, and begins again later", async () => {
  const keys = Array.from({ length: 5 }, (_, at): ThreadKey => `u:${at}`);
  const deleted: ThreadKey[] = [];
  const lines: string[] = [];
  const from: (ThreadKey | null)[] = [];
  let isAway = false;
  const retention = new Retention({
    store: {
      threads: {
        idle: async (forMs, after) => {
          expect(forMs).toBe(FOR_MS);
          if (isAway) throw new StoreError("unavailable", "away");
          from.push(after);
          const begin = after === null ? 0 : keys.indexOf(after) + 1;
          const found = keys.slice(begin, begin + 2);
          return { keys: found, next: begin + 2 < keys.length ? (found.at(-1) ?? null) : null };
        },
      },
    },
    runs: {
      deleteThread: async (key, idleForMs) => {
        expect(idleForMs).toBe(FOR_MS);
        // Somebody wrote to it meanwhile.
        if (key === "u:1") return false;
        deleted.push(key);
        return true;
      },
    },
    system: { now: () => 0 },
    logger: {
      expired: (threads) => void lines.push(`${threads} deleted`),
      recurringFails: (name) => void lines.push(`${name} fails`),
      recurringWorks: (name) => void lines.push(`${name} works`),
    },
    threadsMs: FOR_MS,
  });
  await retention.tick();
  isAway = true;
  await retention.tick();
  isAway = false;
  expect(retention.pauseMs).toBe(1_000);
  await retention.tick();
  await retention.tick();
  expect(retention.pauseMs).toBe(600_000);
  await retention.tick();
  expect(from).toEqual([null, "u:1", "u:3", null]);
  expect(deleted.slice(0, 4)).toEqual(["u:0", "u:2", "u:3", "u:4"]);
  expect(lines.slice(0, 5)).toEqual(["1 deleted", "retention fails", "2 deleted", "retention works", "1 deleted"]);
});
