import { join } from "node:path";
import { PGlite, type PGliteOptions } from "@electric-sql/pglite";
import { drizzle } from "drizzle-orm/pglite";
import type { System } from "../../domain/system.ts";
import type { Store } from "../contract.ts";
import { Database, type Lane, sessionOf } from "../database.ts";
import { SEARCH_SETTINGS } from "../documents/vector-index.ts";
import { OwnSchema } from "../migrations/own-schema.ts";
import { qualify } from "../names.ts";
import { storeOver } from "../store.ts";
import { StoreError } from "../store-error.ts";
import { DURABLE_PARAMETERS, DurableFiles } from "./durable-files.ts";
import { withExtensions } from "./extensions.ts";
import { type DirectoryLock, lockDirectory } from "./lock.ts";
import { makeOnce, syncTree, unpack } from "./new-directory.ts";
import { Turns } from "./turns.ts";
import { type Sync, WalSync } from "./wal-sync.ts";

const DEADLINE_MS = 5_000;

/** pgvector's own graph takes 7 ms a vector to insert here, on the event loop, among 10,000; this one 1 to 2, and finds 93 % of the nearest instead of 98. */
const VECTORS = { m: 8, efConstruction: 32 };
/** Few rows are enough to know how large a table is, and whose: with the default of 100, gathering holds the event loop for 25 ms. */
const SETTINGS = { ...SEARCH_SETTINGS, default_statistics_target: 10 };

/** A run's beginning or end takes 1 ms of computing, on the event loop. */
const MAX_TOGETHER = 32;

export interface PgliteStoreOptions {
  /** Null: in memory, gone with the process. A directory is held by one process at a time. */
  readonly dataDir: string | null;
  readonly system: System;
  /** Where our tables stand, or are to stand. Null, or left out: `public` where they do already, or else `yeoul`. */
  readonly schema?: string | null;
  /** For each call but `migrate`; 5,000 unless told. */
  readonly deadlineMs?: number;
  /**
   * Whether what was acknowledged is on the disk: a power cut then loses none of it. On unless told; in memory there is no
   * disk. Off: a killed process loses nothing acknowledged, a power cut may, and may leave a database that does not start.
   */
  readonly fsync?: boolean;
  /** How the log gets to the disk; for tests. */
  readonly sync?: Sync;
  /** What PGlite otherwise reads from its package, which an executable does not have beside it. */
  readonly assets?: PgliteAssets | Promise<PgliteAssets>;
  /** A migrated database to begin with, as tar and zstd: saves the 4 s of initdb on the first start. */
  readonly archive?: Blob;
}

export type PgliteAssets = Pick<PGliteOptions, "pgliteWasmModule" | "initdbWasmModule" | "fsBundle">;

/** Postgres inside this process. */
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
    const turns = new Turns(system);
    let closing: Promise<void> | undefined;
    const driver = {
      session: () => session,
      maxTogether: MAX_TOGETHER,
      // What a call has read may be what another has written: it too is told only once that is on the disk.
      enter: async <T>(lane: Lane, work: () => Promise<T>, isWanted: () => boolean) => {
        const result = await turns.enter(lane, work, isWanted);
        await wal?.durable();
        return result;
      },
      // There is no connection to lose: a call that is late is behind others, in the same process.
      abandon: () => {},
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

/** The directory is free once the last page is written, not before. */
const close = async (client: PGlite, wal: WalSync | null, lock: DirectoryLock | null): Promise<void> => {
  await client.close().catch(() => {});
  await wal?.durable().catch(() => {});
  lock?.release();
};
