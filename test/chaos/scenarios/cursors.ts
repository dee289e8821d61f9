import postgres from "postgres";
import { freshDatabase } from "../../support/postgres.ts";
import type { Fault } from "../checker.ts";
import { earlierCrowd, untilNone } from "../earlier-crowd.ts";
import { faultsOfFold, faultsOfLook, type Look, look } from "../look.ts";
import type { OpenScenario } from "../scenario.ts";
import { stage } from "../stage.ts";
import { LONG, staged } from "../staged.ts";
import { type StoredThread, storedThread } from "../stored.ts";

/** Looks at logs for each thread of a round, and how many of them at a time. */
const LOOKS = 50;
const AT_A_TIME = 48;

/**
 * Others look at logs with random cursors while answers are written and ended runs are packed, while the retention of
 * events folds the runs of an earlier crowd and that of threads deletes those of another one. A replica that was killed
 * and has started again begins with both.
 */
export const cursors: OpenScenario = async ({ leaseMs, ...scale }) => {
  const databaseUrl = await freshDatabase();
  const env = { LEASE_TTL: `${leaseMs}ms`, EVENT_RETENTION: "1", THREAD_RETENTION: "1" };
  const place = await stage({ size: 2, databaseUrl, env });
  const { cluster } = place;
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {}, connection: { search_path: "yeoul" } });
  return staged({
    place,
    scale,
    asks: () => ({ size: LONG, queued: 0.5 }),
    strike: async (people, random) => {
      const deadline = AbortSignal.timeout(scale.deadlineMs);
      const faults: Fault[] = [];
      const add = (message: string): void => void faults.push({ kind: "other", message });
      const earlier = { ...place, threads: Math.ceil(scale.threads / 8), deadlineMs: scale.deadlineMs };
      const old = await earlierCrowd({ ...earlier, random: random.fork("old") });
      const older = await earlierCrowd({ ...earlier, random: random.fork("older") });
      const looks: Look[] = [];
      let left = scale.threads * LOOKS;
      const visitor = async (at: number): Promise<void> => {
        const own = random.fork(`visitor ${at}`);
        while (left-- > 0 && !deadline.aborted) {
          const thread = own.pick([...people.known(), ...old.known(), ...older.known()]);
          looks.push(await look(thread, own.between(1, 25), { cluster, random: own, deadline }));
        }
      };
      const visits = Promise.all(Array.from({ length: AT_A_TIME }, (_, at) => visitor(at)));

      const keys = [...old.keys, ...older.keys];
      const arePacked = () => sql`select from runs where thread_key = any(${keys}) and packed_at is null`;
      if (!(await untilNone(arePacked, deadline))) add("some runs were never packed");
      const victim = cluster.choose(random);
      const moments = [Date.now()];
      await cluster.end(victim, "SIGKILL");
      const days = 2 * 86_400_000;
      await sql`update runs set packed_at = packed_at - ${days}::bigint where thread_key = any(${keys})`;
      await sql`update threads set updated_at = updated_at - ${days}::bigint where thread_key = any(${older.keys})`;
      await cluster.start(victim);
      const areGone = () => sql`select from threads where thread_key = any(${older.keys}) and not is_deleted`;
      if (!(await untilNone(areGone, deadline))) add("some threads were never deleted");
      const areFolded = () => sql`
        select from runs where thread_key = any(${old.keys}) and not exists (
          select from stretches where stretches.thread_key = runs.thread_key and stretches.run_id = runs.run_id
            and stretches.type = 'folded')`;
      if (!(await untilNone(areFolded, deadline))) add("some runs were never folded");
      await visits;

      const folded = new Map<string, StoredThread>();
      for (const thread of old.known())
        folded.set(thread.threadId, await storedThread(() => cluster.url(cluster.choose(random)), thread, deadline));
      for (const thread of older.known()) {
        const { end } = await look(thread, 1, { cluster, random, deadline });
        if (end !== "gone") add(`${thread.threadId} is still there: ${end}`);
      }
      return {
        moments,
        faults,
        looks: looks.length,
        judge: ({ stored }) => [
          ...[...folded].flatMap(([name, after]) => faultsOfFold(name, old.stored.get(name), after)),
          ...looks.flatMap((seen) => {
            const { threadId } = seen;
            const now = stored.get(threadId);
            if (now !== undefined) return faultsOfLook(seen, now);
            const before = old.stored.get(threadId) ?? older.stored.get(threadId);
            if (before === undefined) return [];
            return faultsOfLook(seen, before, { mayBeGone: older.stored.has(threadId), folded: folded.get(threadId) });
          }),
        ],
      };
    },
    before: () => sql.end(),
  });
};
