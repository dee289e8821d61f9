/**
 * Measures how many bytes a turn writes by its place in the thread: `bun bench/turn-bytes.ts`. A checkpoint holds a
 * node's change and an event is written once, so turn 200 writes as much as turn 1. Counts bytes of Postgres's
 * write-ahead log, which covers all its tables, indexes and row locks, between two `pg_current_wal_lsn()` with no other
 * activity.
 */
import postgres from "postgres";
import { realSystem } from "../src/domain/system.ts";
import { threadKey } from "../src/domain/thread.ts";
import type { Store } from "../src/store/contract.ts";
import { postgresStore } from "../src/store/drivers/postgres.ts";
import { startPostgres } from "../test/support/postgres.ts";
import { endAt, newRun, started, token } from "../test/support/runs.ts";

const TOKENS = 200;
/** Tokens of one run that the journal commits together at 20 tokens a second in a busy process. */
const TOKENS_A_COMMIT = 2;
const NODES = ["classify", "solve", "answer"];
const MEASURED = new Set([1, 50, 200]);
const KEY = threadKey("u1", "bench");

/**
 * Runs one turn through the store alone: begin, commits of tokens, one checkpoint per node, end. Returns its events'
 * JSON bytes.
 */
const turn = async (store: Store): Promise<number> => {
  const { fence, lastSeq } = await started(store, newRun(KEY));
  let bytes = 0;
  for (let emitted = 0; emitted < TOKENS; emitted += TOKENS_A_COMMIT) {
    const events = Array.from({ length: TOKENS_A_COMMIT }, (_, index) =>
      token(fence, lastSeq + emitted + index + 1, JSON.stringify({ delta: " stream" })),
    );
    for (const { json } of events) bytes += json.length;
    await store.events.append([{ fence, events, checkpoints: [] }]);
  }
  const content = " stream".repeat(TOKENS);
  const checkpoints = NODES.map((node) => ({
    checkpointId: realSystem.id(),
    seq: lastSeq + TOKENS,
    node,
    change: JSON.stringify({ answer: content }),
    at: realSystem.now(),
  }));
  const end = endAt(fence, lastSeq + TOKENS + 1, { checkpoints, message: { id: realSystem.id(), content } });
  if (!(await store.runs.finish(fence, end))) throw new Error("the run could not be finished");
  return bytes;
};

const server = await startPostgres();
const url = await server.freshDatabase();
const store = postgresStore({ url, system: realSystem });
await store.migrate();
const sql = postgres(url, { max: 1 });
// Excludes vacuums and full page images after a checkpoint, which are not part of a turn.
await sql`alter system set autovacuum = off`;
await sql`alter system set full_page_writes = off`;
await sql`select pg_reload_conf()`;
const position = async (): Promise<number> => {
  const [row] = await sql<{ bytes: string }[]>`select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as bytes`;
  return Number(row?.bytes);
};

const figures = [];
for (let number = 1; number <= Math.max(...MEASURED); number++) {
  const before = await position();
  const events = await turn(store);
  const written = (await position()) - before;
  if (MEASURED.has(number)) {
    figures.push({
      turn: number,
      "WAL bytes": written,
      "events' JSON": events,
      "bytes a token": Math.round(written / TOKENS),
    });
  }
}
console.table(figures);
await sql.end();
await store.close();
await server.stop();
process.exit();
