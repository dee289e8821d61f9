import { expect, test } from "bun:test";
import postgres from "postgres";
import { realSystem } from "../../src/domain/system.ts";
import { threadKey } from "../../src/domain/thread.ts";
import { startLogTasks } from "../../src/runs/log-tasks.ts";
import type { Store } from "../../src/store/contract.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { solved } from "../support/answers.ts";
import { packAll } from "../support/packing.ts";
import { freshDatabase } from "../support/postgres.ts";
import { startService } from "../support/service.ts";

const DAY_MS = 24 * 60 * 60_000;

test("with EVENT_RETENTION a service folds runs that ended so many days ago, and no others", async () => {
  const url = await freshDatabase();
  const sql = postgres(url, { max: 1, onnotice: () => {}, connection: { search_path: "yeoul" } });
  const store = postgresStore({ url, system: realSystem });
  await store.migrate();
  const folded: [string, number][] = [];
  const isFolded = Promise.withResolvers<void>();
  const fold: Store["packing"]["fold"] = async (run, forMs) => {
    const events = await store.packing.fold(run, forMs);
    folded.push([run.runId, forMs]);
    if (events !== null && events > 0) isFolded.resolve();
    return events;
  };
  const before = await startService({ store });
  const [old, recent] = [await solved(before, "u", "old"), await solved(before, "u", "recent")];
  await before.stop();
  await packAll(store);
  for (const [{ runId }, days] of [
    [old, 31],
    [recent, 29],
  ] as const)
    await sql`update runs set packed_at = packed_at - ${days * DAY_MS}::bigint where run_id = ${runId}`;
  const service = await startService({
    store: { ...store, packing: { ...store.packing, fold } },
    env: { EVENT_RETENTION: "30" },
  });
  await isFolded.promise;
  const marksOf = async (threadId: string) => {
    const events = await store.events.read(threadKey("u", threadId), 0, 200);
    return new Set(events.map((event) => event.folded !== undefined));
  };
  expect(await marksOf("old")).toEqual(new Set([true]));
  expect(await marksOf("recent")).toEqual(new Set([false]));
  expect(new Set(folded.map(([runId, forMs]) => `${runId} ${forMs}`))).toEqual(
    new Set([`${old.runId} ${30 * DAY_MS}`]),
  );
  await service.stop();
  await store.close();
  await sql.end();
}, 60_000);

test("without it nothing looks for runs to fold", () => {
  const parts = {} as Omit<Parameters<typeof startLogTasks>[0], "eventsMs" | "threadsMs">;
  const tasks = (eventsMs: number | null, threadsMs: number | null) => {
    const stops = startLogTasks({ ...parts, eventsMs, threadsMs });
    for (const stop of stops) stop();
    return stops.length;
  };
  expect(tasks(null, null)).toBe(1);
  expect(tasks(null, DAY_MS)).toBe(2);
  expect(tasks(DAY_MS, null)).toBe(2);
});
