/**
 * Measures what it costs the embedded store to sync each commit to disk: `bun bench/embedded-fsync.ts`. Three ways:
 * `off`; `on the loop`, as PGlite would do it if it called fsync; `on`, as the store does it, off the event loop and
 * for many commits at once. Commits of one event each, one after another and fifty at a time. Also prints the longest
 * block of the event loop.
 */
import { fsyncSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { realSystem } from "../src/domain/system.ts";
import type { Store } from "../src/store/contract.ts";
import { pgliteStore } from "../src/store/drivers/pglite.ts";
import type { Sync } from "../src/store/drivers/wal-sync.ts";
import { appended, newRun, started } from "../test/support/runs.ts";

const COMMITS = 1_000;
const AT_ONCE = 50;
/** The ways alternate, so that a slowdown of the machine affects all of them. */
const ROUNDS = 3;

const onTheLoop: Sync = (descriptor, done) => {
  fsyncSync(descriptor);
  done(null);
};
const WAYS = { off: { fsync: false }, "on the loop": { sync: onTheLoop }, on: {} } as const;

/** Returns milliseconds a commit and the longest pause of the event loop during `work`. */
const measured = async (work: () => Promise<void>): Promise<{ commit: number; pause: number }> => {
  let pause = 0;
  let last = performance.now();
  let isOver = false;
  const tick = () => {
    const now = performance.now();
    pause = Math.max(pause, now - last);
    last = now;
    if (!isOver) setImmediate(tick);
  };
  setImmediate(tick);
  const begun = performance.now();
  await work();
  isOver = true;
  return { commit: (performance.now() - begun) / COMMITS, pause };
};

const single = async (store: Store): Promise<void> => {
  const { fence } = await started(store, newRun(`u:${realSystem.id()}`));
  for (let seq = 1; seq <= COMMITS; seq++) await appended(store, fence, seq);
};

const together = async (store: Store): Promise<void> => {
  const writer = async () => {
    const { fence } = await started(store, newRun(`u:${realSystem.id()}`));
    for (let seq = 1; seq <= COMMITS / AT_ONCE; seq++) await appended(store, fence, seq);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, writer));
};

// On the disk of the working folder, because /tmp may be in memory. In a folder that git ignores, in case this is
// killed.
const dist = join(process.cwd(), "dist");
mkdirSync(dist, { recursive: true });
const root = mkdtempSync(join(dist, "fsync-"));
try {
  const stores: [string, Store][] = [];
  for (const [name, options] of Object.entries(WAYS)) {
    const store = await pgliteStore({ dataDir: join(root, name.replaceAll(" ", "-")), system: realSystem, ...options });
    await store.migrate();
    stores.push([name, store]);
  }
  console.log(
    "| fsync | one after another, ms a commit | longest pause, ms | fifty at once, ms a commit | longest pause, ms |",
  );
  console.log("| --- | --- | --- | --- | --- |");
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, store] of stores) {
      const figures = [await measured(() => single(store)), await measured(() => together(store))];
      console.log(
        `| ${name} | ${figures.map(({ commit, pause }) => `${commit.toFixed(2)} | ${pause.toFixed(0)}`).join(" | ")} |`,
      );
    }
  }
  for (const [, store] of stores) await store.close();
} finally {
  rmSync(root, { recursive: true, force: true });
}
process.exit(0);
