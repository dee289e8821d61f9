import { sql } from "drizzle-orm";
import { texts } from "../columns.ts";
import { type Database, statement } from "../database.ts";
import type { RunStore } from "./contract.ts";
import { isOwned } from "./rows.ts";

/** Which replica holds which run. */
export const leaseQueries = (database: Database): Pick<RunStore, "held" | "lost"> => ({
  held: (owner) =>
    database.call("runs.held", async (session) => {
      const [found] = await heldBy(session, { owner });
      return { runIds: idsIn(found?.held), cancelled: idsIn(found?.cancelled) };
    }),

  // Each run is looked up by itself, by the index on ids: a join might read all runs there are.
  lost: (owner, runIds) =>
    database.call("runs.lost", async ({ rows }) => {
      const lost = await rows<{ runId: string }>(sql`
        select requested.run_id as "runId" from ${texts(runIds)} as requested (run_id)
        where (select count(*) from runs where runs.run_id = requested.run_id and runs.owner = ${owner}) = 0`);
      return lost.map(({ runId }) => runId);
    }),
});

/** One row, however many runs: parsing thousands of ids as one text takes a millisecond. */
const heldBy = statement<{ held: string; cancelled: string }>(sql`
  select coalesce(json_agg(run_id), '[]')::text as held,
    coalesce(json_agg(run_id) filter (where cancel_requested), '[]')::text as cancelled
  from runs where owner = ${sql.placeholder("owner")} and ${isOwned}`);

const idsIn = (json: string | undefined): readonly string[] => JSON.parse(json ?? "[]");
