import { afterAll, expect, test } from "bun:test";
import postgres from "postgres";
import { realSystem } from "../../src/domain/system.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { storeConformance } from "../conformance/store.ts";
import { packedStore } from "../support/packing.ts";
import { freshDatabase } from "../support/postgres.ts";
import { type StatementNames, statementNames } from "../support/statement-names.ts";
import { routeOf } from "../support/statement-routes.ts";

const proxies: StatementNames[] = [];
afterAll(() => {
  for (const proxy of proxies) proxy.close();
});

const open = async () => {
  const proxy = await statementNames(await freshDatabase());
  proxies.push(proxy);
  return postgresStore({ url: proxy.url, system: realSystem });
};

storeConformance("Postgres", open, { vectors: false, hints: true });
storeConformance("Postgres, where all that can be is packed", async () => packedStore(await open()), {
  vectors: false,
  hints: true,
  packing: true,
});

/** What a statement may be that no table's rows are read or written by. */
const OTHER = /^(create|alter|lock|analyze|vacuum|set|drop|listen|begin|commit|rollback|savepoint|release)\b/iu;

/** What finds rows of any key, by a part of its text. All else reads and writes rows of keys that it names. */
const ACROSS_SHARDS: Readonly<Record<string, string>> = {
  "where (runs.run_id = $1": "a run by its id",
  "split_part(runs.thread_key, ':', 1) = $1 and ": "the runs of a user",
  "select coalesce(json_agg(run_id)": "the runs that a replica holds, each second",
  "with recursive orphan as": "runs of its own that a replica does not know",
  "with recursive judge as": "orphans",
  "with recursive owner (id) as": "orphans in a store that one process has",
  "as run (threadKey text, runId text": "the runs that are taken over",
  "where (select count(*) from runs where runs.run_id = requested.run_id": "runs that a replica has lost",
  "delete from replicas where lease_until": "replicas that are gone",
  "from threads where (threads.user_id = $1": "the threads of a user",
  "order by threads.thread_key limit 1000": "threads that are idle",
  "from threads where erase_at = 0 order by": "threads to erase",
  "update threads set erase_at = 0 where is_deleted and erase_at between": "forks to take back",
  "from images where (images.image_id = $1": "an image by its id",
  "from runs where packed_at is null": "runs to pack",
  "as materialized (select thread_key, run_id, status, packed_at": "runs to fold",
  "select 1 from runs where status = 'waiting'": "whether any run waits for approval",
  "= $1 and status = 'waiting'": "the runs of a user that wait",
  "where status = 'waiting' and threads.queued > 0": "runs that wait while later ones of their thread do",
  "where status = 'waiting' and wait_until <=": "runs that have waited for too long, each second",
  "from documents where not is_ready and created_at <": "uploads that were abandoned",
  "as materialized (select place, marked::tsquery as marked":
    "documents by their words: the user is in the index, not in a column",
  "delete from run_files where (thread_key, run_id, piece) in": "files of runs that have ended",
  "delete from tickets where (user_id, ticket_id) in": "expired tickets",
  "delete from user_usage where (user_id, kind": "counts whose window is over",
  "select count(*)::int as chunks from chunks": "chunks to embed",
};

const plain = (text: string): string =>
  text
    .replaceAll(/"yeoul"\.|"/gu, "")
    .replaceAll(/\s+/gu, " ")
    .replaceAll("( ", "(")
    .trim();

test("every statement but these names the threads or users whose rows it reads and writes", async () => {
  const looking = { enable_seqscan: "off", enable_hashjoin: "off", enable_mergejoin: "off" };
  // Empty tables, so that no plan depends on what other tests have left in them.
  const url = await freshDatabase();
  const store = postgresStore({ url, system: realSystem });
  await store.migrate();
  await store.close();
  const sql = postgres(url, { max: 1, onnotice: () => {}, connection: looking });
  try {
    const [server] = await sql<{ version: number }[]>`select current_setting('server_version_num')::int as version`;
    // Before 16 Postgres cannot show a plan for any parameters.
    if ((server?.version ?? 0) < 160_000) return;
    const texts = [...new Set(proxies.flatMap((proxy) => [...proxy.texts]))].filter((text) => !OTHER.test(text.trim()));
    const across: string[] = [];
    const routes = new Map<string, number>();
    for (const text of texts) {
      const route = await routeOf(sql, text);
      routes.set(route, (routes.get(route) ?? 0) + 1);
      if (route === "all") across.push(plain(text));
    }
    const known = Object.keys(ACROSS_SHARDS);
    expect(across.filter((text) => !known.some((part) => text.includes(part)))).toEqual([]);
    const all = texts.map(plain);
    expect(known.filter((part) => !all.some((text) => text.includes(part)))).toEqual([]);
    expect(routes.get("one")).toBeGreaterThan(70);
  } finally {
    await sql.end();
  }
}, 60_000);
