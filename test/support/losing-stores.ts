import { spyOn } from "bun:test";
import { PGlite } from "@electric-sql/pglite";
import postgres from "postgres";
import { realSystem } from "../../src/domain/system.ts";
import type { ThreadKey } from "../../src/domain/thread.ts";
import type { Store } from "../../src/store/contract.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { memoryStore } from "./pglite.ts";
import { freshDatabase } from "./postgres.ts";

/** A store that can lose what it has committed, as a failover to a lagging standby does. */
export interface LosingStore {
  readonly store: Store;
  /** Removes all of a thread's events after `seq`. */
  lose(key: ThreadKey, seq: number): Promise<void>;
  /** Also removes the end of a thread's run, which must be all there is after `seq`, and the run's checkpoints. */
  loseEnd(key: ThreadKey, seq: number): Promise<void>;
  close(): Promise<void>;
}

const END_LOSSES = [
  "update yeoul.runs set status = 'running', ended_at = null, error_code = null, error_message = null where thread_key = $1",
  "delete from yeoul.messages where thread_key = $1 and role = 'assistant'",
  "delete from yeoul.checkpoints where thread_key = $1",
  "update yeoul.threads set running = true, last_seq = 0, last_at = 0 where thread_key = $1",
];
const LOSS = "delete from yeoul.events where thread_key = $1 and seq > $2";

const embedded = async (): Promise<LosingStore> => {
  const create = spyOn(PGlite, "create");
  const store = await memoryStore();
  const client = (await create.mock.results.at(-1)?.value) as PGlite;
  create.mockRestore();
  return {
    store,
    lose: async (key, seq) => void (await client.query(LOSS, [key, seq])),
    loseEnd: async (key, seq) => {
      await client.transaction(async (inner) => {
        await inner.query(LOSS, [key, seq]);
        for (const loss of END_LOSSES) await inner.query(loss, [key]);
      });
    },
    close: () => store.close(),
  };
};

const server = async (): Promise<LosingStore> => {
  const url = await freshDatabase();
  const store = postgresStore({ url, system: realSystem });
  const admin = postgres(url, { max: 1 });
  return {
    store,
    lose: async (key, seq) => void (await admin.unsafe(LOSS, [key, seq])),
    loseEnd: async (key, seq) => {
      await admin.begin(async (inner) => {
        await inner.unsafe(LOSS, [key, seq]);
        for (const loss of END_LOSSES) await inner.unsafe(loss, [key]);
      });
    },
    close: async () => {
      await admin.end();
      await store.close();
    },
  };
};

/** Every kind of store: `describe.each(losingStores)`. */
export const losingStores: readonly (readonly [string, () => Promise<LosingStore>])[] = [
  ["the embedded store", embedded],
  ["Postgres", server],
];
