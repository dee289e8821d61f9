import { and, eq, sql } from "drizzle-orm";
import type { Database } from "../database.ts";
import { boundedPage } from "../page-bytes.ts";
import type { Checkpoint } from "./contract-checkpoints.ts";
import type { ThreadStore } from "./contract-threads.ts";
import { checkpoints } from "./schema.ts";

export const checkpointQueries = (database: Database): Pick<ThreadStore, "checkpoints" | "checkpoint"> => ({
  checkpoints: (threadKey, { limit, after, withSuperseded = false }) =>
    database.call("threads.checkpoints", ({ rows }) =>
      rows<Checkpoint>(
        boundedPage(
          sql`
            select * from checkpoints where thread_key = ${threadKey}
              ${after === null ? sql`` : sql`and (seq, checkpoint_id) > (${after.seq}::bigint, ${after.checkpointId}::text)`}
              ${withSuperseded ? sql`` : OF_STANDING_TURNS}
            order by seq, checkpoint_id limit ${limit}::int`,
          sql`seq, checkpoint_id`,
          sql`change`,
          sql`checkpoint_id as "checkpointId", run_id as "runId", seq, node, change, at`,
        ),
      ),
    ),

  checkpoint: (threadKey, checkpointId) =>
    database.call("threads.checkpoint", async ({ db }) => {
      const [found] = await db
        .select(checkpoint)
        .from(checkpoints)
        .where(and(eq(checkpoints.threadKey, threadKey), eq(checkpoints.checkpointId, checkpointId)))
        .limit(1);
      return found ?? null;
    }),
});

const OF_STANDING_TURNS = sql`and not exists (
  select from runs
  where runs.thread_key = checkpoints.thread_key and runs.run_id = checkpoints.run_id and runs.superseded_by is not null)`;

const checkpoint = {
  checkpointId: checkpoints.checkpointId,
  runId: checkpoints.runId,
  seq: checkpoints.seq,
  node: checkpoints.node,
  change: checkpoints.change,
  at: checkpoints.at,
};
