import { readFileSync } from "node:fs";
import { join } from "node:path";

export const stracePath = Bun.which("strace");

export interface Acknowledged {
  /** Writes to the log since the previous acknowledgement. */
  readonly writes: number;
  /** Whether a sync of the log began after the last of them and had ended by then. */
  readonly isSynced: boolean;
}

const SRC = join(import.meta.dir, "../../src");

/** Appends one event after another, and writes a line for each that is acknowledged. */
const script = (dataDir: string, count: number, fsync: boolean): string => `
  import { writeSync } from "node:fs";
  import { realSystem as system } from "${SRC}/domain/system.ts";
  import { pgliteStore } from "${SRC}/store/drivers/pglite.ts";
  import { newRun, started, appended } from "${import.meta.dir}/runs.ts";
  const store = await pgliteStore({ dataDir: ${JSON.stringify(dataDir)}, system, fsync: ${fsync} });
  await store.migrate();
  const { fence } = await started(store, newRun("u:t"));
  writeSync(1, "begin\\n");
  for (let seq = 1; seq <= ${count}; seq++) {
    if (!(await appended(store, fence, seq))) throw new Error("refused");
    writeSync(1, "acknowledged " + seq + "\\n");
  }
  process.kill(process.pid, "SIGKILL");
`;

/** Returns what the operating system saw of `count` commits, by `strace`. */
export const acknowledgements = async (
  dataDir: string,
  count: number,
  fsync: boolean,
): Promise<readonly Acknowledged[]> => {
  const output = `${dataDir}.strace`;
  const options = ["-f", "-y", "-s", "64", "-e", "trace=write,pwrite64,fsync,fdatasync", "-o", output];
  const child = Bun.spawn([stracePath ?? "strace", ...options, process.execPath, "-e", script(dataDir, count, fsync)], {
    stdout: "ignore",
    stderr: "pipe",
  });
  const errors = await new Response(child.stderr).text();
  await child.exited;
  const lines = readFileSync(output, "utf8").split("\n");
  const from = lines.findIndex((line) => /write\(1<.*"begin/.test(line));
  if (from < 0) throw new Error(`the child got nowhere: ${errors}`);
  return readTrace(lines.slice(from + 1));
};

const WRITE = /^\d+ +p?write(64)?\(\d+<[^>]*\/pg_wal\/[0-9A-F]{24}>/;
const SYNC = /^(\d+) +(fsync|fdatasync)\(\d+<[^>]*\/pg_wal\/[0-9A-F]{24}>/;
const RESUMED = /^(\d+) +<\.\.\. (fsync|fdatasync) resumed>\) += 0/;

/**
 * A call that was interrupted by another thread's calls is on two lines: it began at the first, and had ended at the
 * second.
 */
const readTrace = (lines: readonly string[]): readonly Acknowledged[] => {
  const acknowledged: Acknowledged[] = [];
  const begun = new Map<string, number>();
  let writes = 0;
  let lastWrite = 0;
  let syncedUpTo = -1;
  for (const [at, line] of lines.entries()) {
    if (WRITE.test(line)) {
      writes++;
      lastWrite = at;
    }
    const [, thread = ""] = SYNC.exec(line) ?? [];
    if (thread !== "" && line.endsWith("= 0")) syncedUpTo = at;
    else if (thread !== "") begun.set(thread, at);
    const [, resumed = ""] = RESUMED.exec(line) ?? [];
    syncedUpTo = Math.max(syncedUpTo, begun.get(resumed) ?? -1);
    if (/write\(1<.*"acknowledged/.test(line)) {
      acknowledged.push({ writes, isSynced: syncedUpTo > lastWrite });
      writes = 0;
    }
  }
  return acknowledged;
};
