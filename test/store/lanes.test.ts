import { expect, test } from "bun:test";
import postgres from "postgres";
import { realSystem } from "../../src/domain/system.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { freshDatabase } from "../support/postgres.ts";
import { newRun, started, token } from "../support/runs.ts";

test("a run's events do not wait for the queue of other calls", async () => {
  const url = await freshDatabase();
  const sql = postgres(url, { max: 1 });
  const store = postgresStore({ url, system: realSystem, maxConnections: 1 });
  await store.migrate();
  const [emitting, held] = [newRun("u:speaks"), newRun("u:held")];
  const { fence } = await started(store, emitting);
  await started(store, held);
  await sql.begin(async (holding) => {
    await holding`select 1 from yeoul.threads where thread_key = ${held.threadKey} for update`;
    let isWaiting = true;
    const over = () => {
      isWaiting = false;
    };
    void store.threads.delete(held.threadKey).then(over, over);
    expect(await store.events.append([{ fence, events: [token(fence, 1)], checkpoints: [] }])).toEqual(new Map());
    expect(isWaiting).toBe(true);
  });
  await store.close();
  await sql.end();
}, 20_000);
