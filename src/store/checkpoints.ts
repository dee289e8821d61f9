import { and, asc, eq, sql } from "drizzle-orm";
import type { ThreadStore } from "./contract.ts";
import type { Database } from "./database.ts";
import { checkpoints } from "./schema.ts";

export const checkpointQueries = (database: Database): Pick<ThreadStore, "checkpoints" | "checkpoint"> => ({
  checkpoints: (threadKey, { limit, after }) =>
    database.call("threads.checkpoints", ({ db }) =>
      db
        .select(checkpoint)
        .from(checkpoints)
        .where(
          and(
            eq(checkpoints.threadKey, threadKey),
            after === null
              ? undefined
              : sql`(${checkpoints.seq}, ${checkpoints.checkpointId}) > (${after.seq}, ${after.checkpointId})`,
          ),
        )
        .orderBy(asc(checkpoints.seq), asc(checkpoints.checkpointId))
        .limit(limit),
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

const checkpoint = {
  checkpointId: checkpoints.checkpointId,
  runId: checkpoints.runId,
  seq: checkpoints.seq,
  node: checkpoints.node,
  change: checkpoints.change,
  at: checkpoints.at,
};
