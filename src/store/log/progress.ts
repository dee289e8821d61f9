import { sql } from "drizzle-orm";
import type { Usage } from "../../domain/run.ts";
import type { Database } from "../database.ts";
import type { RunStore } from "./contract.ts";
import type { StoredCheckpoint } from "./contract-progress.ts";
import type { StoredRound } from "./contract-rounds.ts";

type Json<T, Names extends keyof T> = Omit<T, Names> & { readonly [Name in Names]: string | null };

export const progressQuery = (database: Database): Pick<RunStore, "progress" | "usages"> => ({
  progress: ({ threadKey, runId }) =>
    database.call("runs.progress", async ({ rows }) => {
      const checkpoints = await rows<Json<StoredCheckpoint, "change" | "progress">>(sql`
        select seq, node, change::text, progress::text from checkpoints
        where thread_key = ${threadKey} and run_id = ${runId}
          and seq >= (select coalesce(start_seq, 0) from runs where thread_key = ${threadKey} and run_id = ${runId})
        order by seq, checkpoint_id`);
      const rounds = await rows<Json<StoredRound, "calls" | "data" | "progress">>(sql`
        select number, seq, model, calls::text, data::text, progress::text from rounds
        where thread_key = ${threadKey} and run_id = ${runId} order by number`);
      return {
        checkpoints: checkpoints.map(({ change, progress, ...rest }) => ({
          ...rest,
          change: parsed(change),
          progress: parsed<StoredCheckpoint["progress"]>(progress),
        })),
        rounds: rounds.map(({ calls, data, progress, ...rest }) => ({
          ...rest,
          calls: parsed<StoredRound["calls"]>(calls) ?? [],
          data: parsed(data),
          progress: parsed<StoredRound["progress"]>(progress),
        })),
      };
    }),

  usages: (runs) =>
    database.call("runs.usages", async ({ rows }) => {
      const found = await rows<{ usage: string | null }>(sql`
        select (last.progress -> 'usage')::text as usage
        from rows from (json_to_recordset(${JSON.stringify(runs)}::json) as ("threadKey" text, "runId" text)) with ordinality as run ("threadKey", "runId", place)
        left join lateral (
          select progress from (
            (select seq, progress from checkpoints
              where checkpoints.thread_key = run."threadKey" and checkpoints.run_id = run."runId" and progress is not null
              order by seq desc, checkpoint_id desc limit 1)
            union all
            (select seq, progress from rounds
              where rounds.thread_key = run."threadKey" and rounds.run_id = run."runId" and progress is not null
              order by number desc limit 1)
          ) as stored order by seq desc limit 1
        ) as last on true
        order by place`);
      return found.map(({ usage }) => parsed<Usage>(usage));
    }),
});

const parsed = <T = unknown>(json: string | null): T | null => JSON.parse(json ?? "null") as T | null;
