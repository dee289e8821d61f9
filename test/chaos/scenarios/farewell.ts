import type { Fault } from "../checker.ts";
import { faultsOfLook, type Look, lookToTheEnd } from "../look.ts";
import { type OpenScenario, patientLease } from "../scenario.ts";
import { stage } from "../stage.ts";
import { LONG, staged } from "../staged.ts";

/** Readers for each thread of a round: 1,000 streams with 50 threads. */
const READERS = 20;
const DRAIN_MS = 1_000;
/** What a process may take on top, to hand its runs over and to close. */
const CLOSING_MS = 10_000;

/** Many read each log, and one replica of two is told to end while all their streams are open. */
export const farewell: OpenScenario = async ({ leaseMs, ...scale }) => {
  const place = await stage({
    size: 2,
    env: { LEASE_TTL: patientLease(leaseMs), DRAIN_TIMEOUT: `${DRAIN_MS}ms`, RECONNECT_SPREAD: "2s" },
  });
  const { cluster } = place;
  return staged({
    place,
    scale,
    asks: () => ({ size: LONG, relayed: 0.1 }),
    strike: async (people, random) => {
      const faults: Fault[] = [];
      const add = (message: string): void => void faults.push({ kind: "other", message });
      const deadline = AbortSignal.timeout(scale.deadlineMs);
      const opened = Promise.withResolvers<void>();
      let closed = scale.threads * READERS;
      let cuts = 0;
      const parts = {
        cluster,
        deadline,
        onOpen: () => {
          if (--closed === 0) opened.resolve();
        },
        onCut: () => {
          cuts++;
        },
      };
      await people.received(0.05);
      const looking: Promise<Look>[] = Array.from({ length: closed }, (_, at) => {
        const own = random.fork(`reader ${at}`);
        return lookToTheEnd(own.pick(people.known()), { ...parts, random: own });
      });
      await Promise.race([opened.promise, Promise.all(looking)]);
      if (closed > 0) add(`${closed} streams were not open before the answers had ended`);
      const victim = cluster.choose(random);
      const moments = [Date.now()];
      const code = await cluster.end(victim, "SIGTERM");
      const tookMs = Date.now() - (moments[0] ?? 0);
      if (code !== 0) add(`the replica exited with ${code}`);
      if (tookMs > DRAIN_MS + CLOSING_MS) add(`the replica took ${tookMs} ms to end`);
      await cluster.start(victim);
      const looks = await Promise.all(looking);
      if (cuts > 0) add(`${cuts} streams were cut`);
      return {
        moments,
        faults,
        looks: looks.length,
        judge: ({ stored, attempts }) => {
          const found = looks.flatMap((seen) => {
            const thread = stored.get(seen.threadId);
            return thread === undefined ? [] : faultsOfLook(seen, thread);
          });
          const behind = attempts.filter(({ reason }) => reason === "takeover").length;
          if (behind > 0) found.push({ kind: "other", message: `${behind} runs were left behind` });
          return found;
        },
      };
    },
  });
};
