import { sql } from "drizzle-orm";
import { storable } from "../../domain/text.ts";
import type { Thread, ThreadKey } from "../../domain/thread.ts";
import { databaseNow } from "../clock.ts";
import type { Database, Session } from "../database.ts";
import { StoreError } from "../store-error.ts";
import type { Fork, PartialRun, ThreadStore } from "./contract-threads.ts";
import { ERASING, eraseThread, freeKey } from "./erase.ts";
import { copyImages, copyPart, copyRounds, copyRuns, rowOf } from "./fork-parts.ts";
import { logBounds } from "./pieces.ts";
import { events, messages } from "./schema.ts";
import { forEachPart } from "./seq-ranges.ts";

/** A fork that has not gone on for so long is taken back. */
const ABANDONED_MS = 60_000;
const until = sql`${databaseNow} + ${sql.raw(String(ABANDONED_MS))}`;

const IMAGES_A_STATEMENT = 4;

/**
 * Copies the thread part by part, each in a transaction of its own, under a key that nobody may read yet; then shows it.
 * So nothing waits for a large fork. If it is interrupted, `erase` takes it back.
 */
export const forkQuery =
  (database: Database): ThreadStore["fork"] =>
  async (fork) => {
    const { to } = fork;
    const call = <T>(work: (session: Session) => Promise<T>) =>
      database.call("threads.fork", ({ transaction }) => transaction(work), { lane: "bulk" });
    const part = <T>(work: (session: Session) => Promise<T>) =>
      call(async (session) => {
        await goOn(session, to);
        return work(session);
      });
    const begun = await call((session) => begin(session, fork));
    if (begun === "taken" && (await freeKey(database, to)) === "nothing") return forkQuery(database)(fork);
    if (begun !== "begun") return begun;
    try {
      const isCopied = await copy(part, fork);
      const thread = isCopied ? await part((session) => show(session, fork)) : "begin again";
      if (thread !== "gone" && thread !== "begin again") return thread;
      await takeBack(database, to);
      // A run is folded once, so this comes to an end.
      return thread === "gone" ? thread : forkQuery(database)(fork);
    } catch (error) {
      await takeBack(database, to).catch(() => {});
      throw error;
    }
  };

type Part = <T>(work: (session: Session) => Promise<T>) => Promise<T>;

/**
 * What is copied never changes, because a log only grows, unless the source is deleted: `show` looks for that. Runs may
 * be packed meanwhile. False: one was folded that had been copied in part.
 */
const copy = async (part: Part, fork: Fork): Promise<boolean> => {
  for (let after: string | null = ""; after !== null; ) {
    const from: string = after;
    after = await part((session) => copyRuns(session, fork, from));
  }
  for (let after: { runId: string; number: number } | null = { runId: "", number: 0 }; after !== null; ) {
    const from: { runId: string; number: number } = after;
    after = await part((session) => copyRounds(session, fork, from));
  }
  const [log] = await part(({ rows }) => rows<{ first: number | null }>(logBounds(sql`${fork.from}`)));
  const folded = new Set<number>();
  let isWhole = true;
  await forEachPart({ after: (log?.first ?? 1) - 1, through: fork.through }, async (range) => {
    const images = isWhole ? await part((session) => copyPart(session, fork, range, folded)) : null;
    isWhole &&= images !== null;
    if (images === null) return;
    for (let at = 0; at < images.length; at += IMAGES_A_STATEMENT)
      await part((session) => copyImages(session, fork, images.slice(at, at + IMAGES_A_STATEMENT)));
  });
  return isWhole;
};

const isSource = ({ from, checkpoint }: Fork) => sql`
  select thread.title
  from threads as thread join checkpoints as point on point.thread_key = thread.thread_key
  where thread.thread_key = ${from} and not thread.is_deleted and point.seq = ${checkpoint.seq}
    and point.checkpoint_id = ${checkpoint.checkpointId}
  for key share of thread`;

const begin = async ({ rows }: Session, fork: Fork): Promise<"begun" | "gone" | "taken"> => {
  const { from, to, now } = fork;
  if ((await rows(isSource(fork))).length === 0) return "gone";
  const made = await rows(sql`
    insert into threads (thread_key, user_id, title, last_seq, turns, running, queued, created_at, updated_at, is_deleted, erase_at)
    select ${to}::text, user_id, title, 0, turns, false, 0, ${now}::bigint, ${now}::bigint, true, ${until}
    from threads where thread_key = ${from}
    on conflict do nothing returning 1`);
  return made.length === 0 ? "taken" : "begun";
};

/** Holds the new thread's row until the end of the transaction. */
const goOn = async ({ rows }: Session, to: ThreadKey): Promise<void> => {
  const held = await rows(sql`
    update threads set erase_at = ${until}
    where thread_key = ${to} and is_deleted and erase_at > ${ERASING} returning 1`);
  if (held.length === 0) throw new StoreError("unavailable", "the fork stood still for too long and was taken back");
};

/** The source's lock makes a deletion of it wait; if one came first, not everything may have been copied. */
const show = async (session: Session, fork: Fork): Promise<Thread | "gone"> => {
  const { to, through, partial, now } = fork;
  const [source] = await session.rows<{ title: string | null }>(isSource(fork));
  if (source === undefined) return "gone";
  if (partial !== null) await endPartialRun(session, fork, partial);
  const lastSeq = partial?.end.events.at(-1)?.seq ?? through;
  await session.rows(sql`
    update threads set is_deleted = false, erase_at = null, last_seq = ${lastSeq}::int,
      last_at = greatest(last_at, (${lastTime(to)}), (${lastTimeOfFolded(fork)}))
    where thread_key = ${to}`);
  return { threadKey: to, title: source.title, lastSeq, createdAt: now, updatedAt: now };
};

const takeBack = async (database: Database, to: ThreadKey): Promise<void> => {
  await database.call("threads.fork", ({ rows }) =>
    rows(
      sql`update threads set erase_at = ${ERASING} where thread_key = ${to} and is_deleted and erase_at > ${ERASING}`,
    ),
  );
  await eraseThread(database, to, Number.POSITIVE_INFINITY);
};

/** In a folded run the time of its last event is not there to compare; no event of the source is later than this. */
const lastTimeOfFolded = ({ from, to }: Fork) => sql`
  select last_at from threads where thread_key = ${from}
    and exists (select from stretches where thread_key = ${to} and type = 'folded')`;

const lastTime = (key: ThreadKey) => sql`select at from events where thread_key = ${key} order by seq desc limit 1`;

const endPartialRun = async (
  { db, rows }: Session,
  fork: Fork,
  { runId, newRunId, end }: PartialRun,
): Promise<void> => {
  const { from, to } = fork;
  const threadKey = to;
  await rows(sql`
    insert into runs (thread_key, run_id, agent, status, turn, epoch, attempt, owner, start_seq, input,
      trace_id, input_tokens, output_tokens, error_code, error_message, created_at, ended_at)
    select ${to}::text, ${newRunId}::text, agent, ${end.status}::text, turn, 0, 0, '', start_seq, input,
      trace_id, ${end.usage.inputTokens}::int, ${end.usage.outputTokens}::int, ${end.error?.code ?? null}::text,
      ${end.error?.message ?? null}::text, ${end.now}::bigint, ${end.now}::bigint
    from runs where thread_key = ${from} and run_id = ${runId}`);
  await db.insert(events).values(
    end.events.map((event) => ({
      ...rowOf(to, event),
      at: sql`greatest(${event.at}::bigint, (${lastTime(to)}), (${lastTimeOfFolded(fork)}))`,
      runId: newRunId,
    })),
  );
  if (end.message === null) return;
  const { id, content, detail = null } = end.message;
  const seq = end.events.at(-1)?.seq ?? 0;
  await db.insert(messages).values({
    ...{ threadKey, seq, role: "assistant", id, runId: newRunId, createdAt: end.now },
    ...{ content: storable(content), detail },
  });
};
