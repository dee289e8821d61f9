import { type SQL, sql } from "drizzle-orm";
import type { Database, Session } from "../database.ts";
import { type BeginCall, beginAlone, begunBefore } from "./begin-one.ts";
import { cancelRuns } from "./cancel-runs.ts";
import type { BeginOutcome, Placement } from "./contract.ts";
import { isUnfinished } from "./rows.ts";
import { supersede, supersededBy } from "./supersede.ts";

/** As many runs as there may ever be in a thread: those that wait are about to end. */
const NO_LIMIT = 1_000_000;

/** Rolls the transaction back: the run is not begun, and nothing else has changed. */
class NotPlaced extends Error {
  constructor(readonly outcome: BeginOutcome) {
    super("not placed");
  }
}

type PlacedCall = BeginCall & { readonly placement: Placement };

/**
 * Begins a run that does something to its thread's other runs, in one transaction. Its first statement is that of every
 * other run and takes the thread's lock; so only these runs pay for what they do besides.
 */
export const beginPlaced = (database: Database, run: PlacedCall): Promise<BeginOutcome> =>
  database.call("runs.begin", async (session) => {
    const before = run.mayBeDone ? await begunBefore(session, run) : null;
    if (before !== null) return withSuperseded(before, await supersededBy(session, run));
    try {
      return await session.transaction((inner) => place(inner, run));
    } catch (error) {
      if (!(error instanceof NotPlaced)) throw error;
      // The earlier attempt may have committed only now: this one has waited for its lock.
      const now = run.mayBeDone ? await begunBefore(session, run) : null;
      return now === null ? error.outcome : withSuperseded(now, await supersededBy(session, run));
    }
  });

const place = async (session: Session, run: PlacedCall): Promise<BeginOutcome> => {
  const { stops, supersedes } = run.placement;
  const begun = await beginAlone(session, stops === null ? run : { ...run, maxQueued: NO_LIMIT });
  // After a failed statement a transaction can only be rolled back.
  if (begun.state !== "running" && begun.state !== "queued") throw new NotPlaced(begun);
  const named = supersedes === null ? null : await turnOf(session, run, supersedes);
  if (supersedes !== null && named === null) throw new NotPlaced({ state: "unknown" });
  const isReplacing = stops?.replaces === true;
  if (named !== null && !isReplacing && (await isFollowed(session, run, named))) {
    throw new NotPlaced({ state: "unfinished" });
  }
  const stopped =
    stops === null || begun.state === "running"
      ? []
      : await cancelRuns(session, run.threadKey, sql`runs.run_id <> ${run.runId}`, stops);
  const replaced = isReplacing ? await oldestOf(session, run, stopped) : null;
  const first = [named, replaced].filter((turn) => turn !== null).sort((a, b) => a - b)[0];
  if (first === undefined) return withStopped(begun, stopped);
  await session.rows(sql`
    update runs set supersedes = (select run_id from runs where thread_key = ${run.threadKey} and turn = ${first}::int)
    where thread_key = ${run.threadKey} and run_id = ${run.runId}`);
  if (begun.state === "queued") return withStopped(begun, stopped);
  return withSuperseded(begun, await supersede(session, run));
};

const withStopped = (begun: BeginOutcome, stopped: readonly string[]): BeginOutcome =>
  begun.state === "queued" ? { ...begun, stopped } : begun;

const withSuperseded = (begun: BeginOutcome, supersedes: readonly string[]): BeginOutcome =>
  begun.state === "running" && supersedes.length > 0 ? { ...begun, supersedes } : begun;

/** The turn of a run of the thread; null when there is no such run. */
const turnOf = async ({ rows }: Session, { threadKey }: BeginCall, runId: string): Promise<number | null> => {
  const [found] = await rows<{ turn: number }>(
    sql`select turn from runs where thread_key = ${threadKey} and run_id = ${runId}`,
  );
  return found?.turn ?? null;
};

/** Whether a run of that turn or a later one, besides this, is unfinished. */
const isFollowed = async ({ rows }: Session, { threadKey, runId }: BeginCall, turn: number): Promise<boolean> => {
  const found = await rows(sql`
    select 1 from runs
    where runs.thread_key = ${threadKey} and ${isUnfinished} and runs.turn >= ${turn}::int and runs.run_id <> ${runId}
    limit 1`);
  return found.length > 0;
};

/** The oldest turn among these runs and those whose place they were to take but have not taken. */
const oldestOf = async (
  { rows }: Session,
  { threadKey }: BeginCall,
  runIds: readonly string[],
): Promise<number | null> => {
  const among = (column: SQL) => sql`${column} in (select json_array_elements_text(${JSON.stringify(runIds)}::json))`;
  const [found] = await rows<{ turn: number | null }>(sql`
    with stopped as (select turn, supersedes from runs where thread_key = ${threadKey} and ${among(sql`run_id`)})
    select least(
      (select min(turn) from stopped),
      (select min(turn) from runs where thread_key = ${threadKey} and run_id in (select supersedes from stopped))
    ) as turn`);
  return found?.turn ?? null;
};
