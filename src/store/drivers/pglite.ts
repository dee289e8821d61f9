import { join } from "node:path";
import { PGlite, type PGliteOptions } from "@electric-sql/pglite";
import { drizzle } from "drizzle-orm/pglite";
import type { System } from "../../domain/system.ts";
import type { Store } from "../contract.ts";
import { Database, type Lane, sessionOf } from "../database.ts";
import { SEARCH_SETTINGS } from "../documents/vector-index.ts";
import type { HintListener } from "../hints/contract.ts";
import { OwnSchema } from "../migrations/own-schema.ts";
import { qualify } from "../names.ts";
import { storeOver } from "../store.ts";
import { StoreError } from "../store-error.ts";
import { DURABLE_PARAMETERS, DurableFiles } from "./durable-files.ts";
import { withExtensions } from "./extensions.ts";
import { FairScheduler } from "./fair-scheduler.ts";
import { type DirectoryLock, lockDirectory } from "./lock.ts";
import { makeOnce, syncTree, unpack } from "./new-directory.ts";
import { type Sync, WalSync } from "./wal-sync.ts";

const DEADLINE_MS = 5_000;

/**
 * Inserting into a graph with pgvector's defaults takes 7 ms per vector here, on the event loop, among 10,000. This
 * graph takes 1 to 2 ms, and finds 93 % of the nearest instead of 98.
 */
const VECTORS = { m: 8, efConstruction: 32 };
/**
 * - Few rows suffice to estimate a table's size and its distribution over users. With the default of 100, gathering
 *   statistics holds the event loop for 25 ms.
 * - The lexemes of new chunks wait in a list, whose limit is in kB, until one insert sorts them into the index. With
 *   the default of 4 MB that insert holds the event loop for 140 ms.
 * - A new file of the write-ahead log, one for each 16 MB, is not filled with zeros first, which takes 80 ms. It is
 *   equally durable.
 */
const SETTINGS = {
  ...SEARCH_SETTINGS,
  default_statistics_target: 10,
  gin_pending_list_limit: 128,
  wal_init_zero: "off",
};

/** A run's beginning or end takes 1 ms of computing, on the event loop. */
const MAX_TOGETHER = 32;

export interface PgliteStoreOptions {
  /** Null means in memory, gone with the process. One process at a time can hold a directory. */
  readonly dataDir: string | null;
  readonly system: System;
  /** The schema of our tables. When null or omitted: `public` where they already are, or else `yeoul`. */
  readonly schema?: string | null;
  /** The deadline of each call except `migrate`. Defaults to 5,000. */
  readonly deadlineMs?: number;
  /**
   * Whether an acknowledged write is on the disk, so that a power cut loses none. Defaults to on; in memory there is no
   * disk. When off, a killed process still loses nothing acknowledged, but a power cut may, and may leave a database
   * that does not start.
   */
  readonly fsync?: boolean;
  /** How the log is synced to the disk; for tests. */
  readonly sync?: Sync;
  /** The files that PGlite otherwise reads from its package, which an executable does not have beside it. */
  readonly assets?: PgliteAssets | Promise<PgliteAssets>;
  /** A migrated database to start from, as tar and zstd: saves the 4 s of initdb on the first start. */
  readonly archive?: Blob;
}

export type PgliteAssets = Pick<PGliteOptions, "pgliteWasmModule" | "initdbWasmModule" | "fsBundle">;

/** Opens a store over Postgres inside this process. */
export const pgliteStore = async ({ dataDir, system, ...options }: PgliteStoreOptions): Promise<Store> => {
  const lock = dataDir === null ? null : lockDirectory(dataDir);
  try {
    const wal = dataDir === null || options.fsync === false ? null : new WalSync(options.sync);
    const client = await open(dataDir, wal, options);
    const session = sessionOf(
      drizzle(client, { casing: "snake_case" }),
      new OwnSchema(options.schema ?? null, qualify),
      (result) => (result as { rows: unknown[] }).rows,
    );
    const turns = new FairScheduler(system);
    let closing: Promise<void> | undefined;
    const driver = {
      session: () => session,
      maxTogether: MAX_TOGETHER,
      vacuums: false,
      // A call may have read what another has written, so it too is answered only once that is on the disk.
      enter: async <T>(lane: Lane, work: () => Promise<T>, isWanted: () => boolean) => {
        const result = await turns.enter(lane, work, isWanted);
        await wal?.durable();
        return result;
      },
      // There is no connection to lose: a late call is behind others, in the same process.
      abandon: () => {},
      listen: (channel: string, listener: HintListener) => listenIn(client, channel, listener),
      close: () => (closing ??= close(client, wal, lock)),
    };
    return storeOver(new Database(driver, system, options.deadlineMs ?? DEADLINE_MS), system, VECTORS);
  } catch (cause) {
    lock?.release();
    throw cause instanceof StoreError
      ? cause
      : new StoreError("failed", `could not open the embedded database in ${dataDir ?? "memory"}`, { cause });
  }
};

const JSON_TYPE = 114;
const BIGINT_TYPE = 20;
const FORMATS: PGliteOptions = {
  parsers: { [JSON_TYPE]: (text) => text, [BIGINT_TYPE]: Number },
  serializers: { [JSON_TYPE]: (text: string) => text },
};

const open = (
  dataDir: string | null,
  wal: WalSync | null,
  { assets, archive }: Pick<PgliteStoreOptions, "assets" | "archive">,
): Promise<PGlite> =>
  withExtensions(dataDir, async (extensions) => {
    const options = { ...(await assets), ...FORMATS, extensions };
    if (dataDir === null) return configured(await PGlite.create(options));
    const directory = join(dataDir, "postgres");
    await makeOnce(directory, async (unfinished) => {
      if (archive !== undefined) await unpack(archive, unfinished);
      else await (await PGlite.create({ dataDir: unfinished, ...(await assets) })).close();
      if (wal !== null) await syncTree(unfinished);
    });
    const files =
      wal === null ? { dataDir: directory } : { fs: new DurableFiles(directory, wal), startParams: DURABLE_PARAMETERS };
    const client = await configured(await PGlite.create({ ...files, ...options }));
    await wal?.durable();
    return client;
  });

const configured = async (client: PGlite): Promise<PGlite> => {
  const settings = Object.entries(SETTINGS).map(([name, value]) => `set ${name} = ${value}`);
  await client.exec(settings.join(";"));
  return client;
};

const listenIn = (client: PGlite, channel: string, { received, listening }: HintListener): (() => void) => {
  let isOver = false;
  const unlisten = client.listen(channel, (payload) => {
    if (!isOver) received(payload);
  });
  unlisten.then(
    () => isOver || listening(),
    () => {},
  );
  return () => {
    isOver = true;
    void unlisten.then((end) => end()).catch(() => {});
  };
};

/** The directory is released once the last page is written, not before. */
const close = async (client: PGlite, wal: WalSync | null, lock: DirectoryLock | null): Promise<void> => {
  await client.close().catch(() => {});
  await wal?.durable().catch(() => {});
  lock?.release();
};
