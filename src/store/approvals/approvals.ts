import { type SQL, sql } from "drizzle-orm";
import { hasEnded, type RunStatus } from "../../domain/run.ts";
import { storableText } from "../../domain/text.ts";
import type { ThreadKey } from "../../domain/thread.ts";
import { databaseNow } from "../clock.ts";
import type { Database, Session } from "../database.ts";
import { IS_RUNNING } from "../log/append-events.ts";
import type { Fence } from "../log/contract-fence.ts";
import { released } from "../log/rows.ts";
import type { Approval, ApprovalStore, DecideOutcome, Deciding, Decision, NewApproval, RunKey } from "./contract.ts";
import { openQueries } from "./open.ts";

export const approvalQueries = (database: Database): ApprovalStore => ({
  ...openQueries(database),

  request: (fence, calls) =>
    database.repeat(() => database.call("approvals.request", (session) => request(session, fence, calls))),

  wait: (fence, toolCallIds, rest) =>
    database.call("approvals.wait", ({ transaction }) =>
      transaction((session) => wait(session, fence, toolCallIds, rest)),
    ),

  get: (run, toolCallId) =>
    database.call("approvals.get", async ({ rows }) => {
      const [found] = await rows<Row>(sql`select ${columns} from approvals where ${isCall(run, toolCallId)}`);
      return found === undefined ? null : approvalOf(found);
    }),

  ofRun: (run) =>
    database.call("approvals.ofRun", async ({ rows }) => {
      const found = await rows<Row>(
        sql`select ${columns} from approvals where ${isOf(run)} order by approvals.tool_call_id`,
      );
      return found.map(approvalOf);
    }),

  // Idempotent: the same decision again is the one that stands.
  decide: (deciding) =>
    database.repeat(() =>
      database.call("approvals.decide", ({ transaction }) => transaction((session) => decide(session, deciding))),
    ),

  rejectAll: (threadKey, message) =>
    database.repeat(() =>
      database.call("approvals.rejectAll", async ({ rows, transaction }) => {
        const [waits] = await rows<RunKey>(sql`
          select run_id as "runId", thread_key as "threadKey" from runs
          where thread_key = ${threadKey} and status = 'waiting' limit 1`);
        if (waits === undefined) return false;
        return transaction(async (session) => {
          await lockThread(session, threadKey);
          await reject(session, waits, message);
          return goOn(session, waits);
        });
      }),
    ),
});

type Row = Omit<NewApproval, "input" | "schema"> & {
  readonly input: string;
  readonly schema: string | null;
  readonly decision: Decision["decision"] | null;
  readonly newInput: string | null;
  readonly message: string | null;
};

const columns = sql`tool_call_id as "toolCallId", name, input::text, schema::text, decision, new_input::text as "newInput", message`;

const approvalOf = ({ input, schema, decision, newInput, message, ...call }: Row): Approval => ({
  ...call,
  input: JSON.parse(input),
  schema: JSON.parse(schema ?? "null"),
  decision: decision === null ? null : { decision, input: JSON.parse(newInput ?? "null"), message },
});

const isOf = ({ threadKey, runId }: RunKey): SQL =>
  sql`approvals.thread_key = ${threadKey} and approvals.run_id = ${runId}`;
const isCall = (run: RunKey, toolCallId: string): SQL => sql`${isOf(run)} and approvals.tool_call_id = ${toolCallId}`;

/** Holds the run's row as an append does: it waits for the run's end, and the thread's deletion waits for it. */
const request = async ({ rows }: Session, fence: Fence, calls: readonly NewApproval[]): Promise<boolean> => {
  const given = calls.map(({ toolCallId, name, input, schema }) => ({
    id: toolCallId,
    name,
    input: storableText(input),
    schema: schema === null ? null : storableText(schema),
  }));
  const held = await rows(sql`
    with held as (
      select 1 from runs where runs.thread_key = ${fence.threadKey} and runs.run_id = ${fence.runId}
        and runs.epoch = ${fence.epoch}::int and ${IS_RUNNING}
      for key share of runs
    ), written as (
      insert into approvals (thread_key, run_id, tool_call_id, name, input, schema, requested_at)
      select ${fence.threadKey}, ${fence.runId}, call.id, call.name, call.input::json, call.schema::json, ${databaseNow}
      from json_to_recordset(${JSON.stringify(given)}::json) as call (id text, name text, input text, schema text)
      where exists (select from held)
      on conflict (thread_key, run_id, tool_call_id) do update set name = excluded.name, input = excluded.input,
        schema = excluded.schema, decision = null, new_input = null, message = null, decided_at = null
      where approvals.name <> excluded.name or approvals.input::text <> excluded.input::text
    )
    select 1 from held`);
  return held.length > 0;
};

/** Takes the thread's lock first, as everywhere: it keeps decisions and new runs out. */
const lockThread = ({ rows }: Session, threadKey: ThreadKey) =>
  rows<{ queued: number }>(sql`select queued from threads where thread_key = ${threadKey} for update`);

const wait = async (
  session: Session,
  fence: Fence,
  toolCallIds: readonly string[],
  { timeoutMs, rejection }: Parameters<ApprovalStore["wait"]>[2],
): ReturnType<ApprovalStore["wait"]> => {
  const { rows } = session;
  const [thread] = await lockThread(session, fence.threadKey);
  const [run] = await rows<{ cancelRequested: boolean }>(sql`
    select cancel_requested as "cancelRequested" from runs
    where runs.thread_key = ${fence.threadKey} and runs.run_id = ${fence.runId} and runs.epoch = ${fence.epoch}::int
      and ${IS_RUNNING}
    for update`);
  if (thread === undefined || run === undefined) return "stale";
  // An earlier attempt may have died before it told of a call.
  await rows(sql`
    delete from approvals where ${isOf(fence)} and decision is null
      and tool_call_id not in (select json_array_elements_text(${JSON.stringify(toolCallIds)}::json))`);
  if (thread.queued > 0) await reject(session, fence, rejection);
  const [written] = await rows<{ status: RunStatus }>(sql`
    update runs set
      (status, owner, released, wait_until) = (
        select case when open then 'waiting' else 'running' end, case when open then owner else '' end,
          case when not open then 'resumed' end, case when open then ${databaseNow} + ${timeoutMs}::bigint end
        from (select not ${run.cancelRequested}::boolean and exists (
          select from approvals where ${isOf(fence)} and decision is null) as open) as left_over)
    where thread_key = ${fence.threadKey} and run_id = ${fence.runId}
    returning status`);
  return written?.status === "waiting" ? "waiting" : "released";
};

const reject = ({ rows }: Session, run: RunKey, message: string) =>
  rows(sql`
    update approvals set decision = 'reject', message = ${message}::text, decided_at = ${databaseNow}
    where ${isOf(run)} and decision is null`);

/** Releases a waiting run that has no open call any more. Must be called with the thread's lock. */
const goOn = async ({ rows }: Session, run: RunKey): Promise<boolean> => {
  const gone = await rows(sql`
    update runs set ${released("resumed")}
    where thread_key = ${run.threadKey} and run_id = ${run.runId} and status = 'waiting'
      and not exists (select from approvals where ${isOf(run)} and decision is null)
    returning 1`);
  return gone.length > 0;
};

const decide = async (session: Session, { run, toolCallId, decision }: Deciding): Promise<DecideOutcome> => {
  const { rows } = session;
  await lockThread(session, run.threadKey);
  const [found] = await rows<{ status: RunStatus }>(
    sql`select status from runs where thread_key = ${run.threadKey} and run_id = ${run.runId}`,
  );
  const [row] = await rows<Row>(sql`select ${columns} from approvals where ${isCall(run, toolCallId)}`);
  const status = found?.status ?? "cancelled";
  const stands = row === undefined ? null : approvalOf(row).decision;
  if (stands !== null) {
    const isSame = Bun.deepEquals(stands, { ...decision, input: JSON.parse(storableText(decision.input)) });
    return { state: isSame ? "decided" : "other", status, goesOn: false };
  }
  if (hasEnded(status)) return { state: "over", status, goesOn: false };
  if (row === undefined) return { state: "unknown", status, goesOn: false };
  const newInput = decision.input === null ? null : storableText(decision.input);
  await rows(sql`
    update approvals set decision = ${decision.decision}, new_input = ${newInput}::json, message = ${decision.message}::text,
      decided_at = ${databaseNow}
    where ${isCall(run, toolCallId)}`);
  const goesOn = await goOn(session, run);
  return { state: "decided", status: goesOn ? "running" : status, goesOn };
};
