import { sql } from "drizzle-orm";
import type { RoundState } from "../../domain/turn.ts";
import type { Database } from "../database.ts";
import type { RunStore } from "./contract.ts";
import type { StoredRound } from "./contract-rounds.ts";

export const roundQueries = (database: Database): Pick<RunStore, "rounds"> => ({
  rounds: ({ threadKey, runId }) =>
    database.call("runs.rounds", async ({ rows }) => {
      const found = await rows<Omit<StoredRound, "calls" | "data"> & { readonly calls: string; readonly data: string }>(
        sql`
          select number, seq, model, calls::text, data::text from rounds
          where thread_key = ${threadKey} and run_id = ${runId} order by number`,
      );
      return found.map(({ calls, data, ...round }) => ({
        ...round,
        calls: JSON.parse(calls) as RoundState["calls"],
        data: JSON.parse(data) as unknown,
      }));
    }),
});
