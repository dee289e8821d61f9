import postgres from "postgres";
import { freshDatabase } from "../../support/postgres.ts";
import type { Fault } from "../checker.ts";
import { type Crowd, crowd } from "../crowd.ts";
import { faultsOfLook, type Look, look } from "../look.ts";
import type { Random } from "../random.ts";
import type { OpenScenario } from "../scenario.ts";
import { stage } from "../stage.ts";
import { LONG, staged } from "../staged.ts";

/** Looks at logs for each thread of a round, and how many of them at a time. */
const LOOKS = 50;
const AT_A_TIME = 48;

/**
 * Others look at logs with random cursors while answers are written, ended runs are packed, and the retention of threads
 * deletes those of an earlier crowd, begun by a replica that was killed and has started again.
 */
export const cursors: OpenScenario = async ({ leaseMs, ...scale }) => {
  const databaseUrl = await freshDatabase();
  const place = await stage({ size: 2, databaseUrl, env: { LEASE_TTL: `${leaseMs}ms`, THREAD_RETENTION: "1" } });
  const { cluster } = place;
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {}, connection: { search_path: "yeoul" } });
  const past = async (random: Random) => {
    const threads = Math.ceil(scale.threads / 4);
    const people = crowd({ ...place, ...scale, random, threads, size: { words: [5, 20], pauseMs: [1, 5] }, pause: 1 });
    return { people, stored: (await people.verdict()).stored };
  };
  const untilNone = async (count: () => Promise<number>): Promise<void> => {
    while ((await count()) > 0) await Bun.sleep(200);
  };
  /** Makes a crowd's threads look as if nobody had written to them for two days, and waits until they are deleted. */
  const expire = async (people: Crowd, random: Random): Promise<number> => {
    const keys = people.known().map(({ userId, threadId }) => `${userId}:${threadId}`);
    const count = async (found: Promise<readonly postgres.Row[]>): Promise<number> => (await found).length;
    await untilNone(() => count(sql`select from runs where thread_key = any(${keys}) and packed_at is null`));
    const victim = cluster.choose(random);
    await cluster.end(victim, "SIGKILL");
    const killedAt = Date.now();
    await sql`update runs set packed_at = packed_at - 2 * 86400000::bigint where thread_key = any(${keys})`;
    await sql`update threads set updated_at = updated_at - 2 * 86400000::bigint where thread_key = any(${keys})`;
    await cluster.start(victim);
    await untilNone(() => count(sql`select from threads where thread_key = any(${keys}) and not is_deleted`));
    return killedAt;
  };
  return staged({
    place,
    scale,
    asks: () => ({ size: LONG, queued: 0.5 }),
    strike: async (people, random) => {
      const old = await past(random.fork("past"));
      const looks: Look[] = [];
      const deadline = AbortSignal.timeout(scale.deadlineMs);
      let left = scale.threads * LOOKS;
      const visitor = async (at: number): Promise<void> => {
        const own = random.fork(`visitor ${at}`);
        while (left-- > 0 && !deadline.aborted) {
          const thread = own.pick([...people.known(), ...old.people.known()]);
          looks.push(await look(thread, own.between(1, 25), { cluster, random: own, deadline }));
        }
      };
      const visits = Promise.all(Array.from({ length: AT_A_TIME }, (_, at) => visitor(at)));
      const moments = [await expire(old.people, random)];
      await visits;
      const faults: Fault[] = [];
      for (const thread of old.people.known()) {
        const { end } = await look(thread, 1, { cluster, random, deadline });
        if (end !== "gone") faults.push({ kind: "other", message: `${thread.threadId} is still there: ${end}` });
      }
      const [packed] = await sql`select from stretches limit 1`;
      if (packed === undefined) faults.push({ kind: "other", message: "nothing was packed" });
      return {
        moments,
        faults,
        looks: looks.length,
        judge: ({ stored }) =>
          looks.flatMap((seen) => {
            const earlier = old.stored.get(seen.threadId);
            const thread = earlier ?? stored.get(seen.threadId);
            return thread === undefined ? [] : faultsOfLook(seen, thread, earlier !== undefined);
          }),
      };
    },
    before: () => sql.end(),
  });
};
