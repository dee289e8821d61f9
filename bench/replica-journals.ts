/**
 * The same as replicas.ts without models, HTTP and clients, for more threads than a small machine can stream: `bun run
 * bench:replicas --journals`. One process writes a token a second to each thread, another follows all of them, and takes
 * the time from a token's emission to its arrival, through both and Postgres. This file is all three processes.
 */
import { realSystem } from "../src/domain/system.ts";
import { threadKey } from "../src/domain/thread.ts";
import { type HintedReplica, hintedReplica } from "../test/support/hinted-replica.ts";
import { type Child, start } from "./child.ts";
import type { Database } from "./database.ts";
import { quantile } from "./figures.ts";
import { cpuSeconds } from "./usage.ts";

const SLICE_MS = 10;
const SETTLE_MS = 3_000;
/** Milliseconds since the epoch, with fractions, the same in all processes of a machine. */
const now = (): number => performance.timeOrigin + performance.now();
const keyOf = (at: number) => threadKey("bench", `journal-${at}`);

/** Writes to each thread once a second, the threads spread over it. */
const write = async (replica: HintedReplica, threads: number): Promise<void> => {
  const runs = await Promise.all(Array.from({ length: threads }, (_, at) => replica.run(keyOf(at))));
  const begun = now();
  let written = 0;
  setInterval(() => {
    for (const due = ((now() - begun) / 1_000) * threads; written < due; written++) {
      runs[written % threads]?.say(`${now()} `);
    }
  }, SLICE_MS);
};

/** Follows each thread, and prints what it has measured since the last line of input. */
const follow = async (replica: HintedReplica, threads: number): Promise<void> => {
  let lags: number[] = [];
  for (let at = 0; at < threads; at++) {
    const follower = replica.journal.follow(keyOf(at), 0, 600_000);
    const read = () => {
      for (let batch = follower.poll(); batch != null; batch = follower.poll()) {
        const arrived = now();
        for (const { type, json } of batch) {
          if (type !== "token") continue;
          for (const sent of (JSON.parse(json).delta as string).trim().split(" ")) lags.push(arrived - Number(sent));
        }
      }
      follower.wait({ notify: read });
    };
    read();
  }
  for await (const _ of console) {
    console.log(JSON.stringify({ p50: quantile(lags, 0.5), p99: quantile(lags, 0.99), tokens: lags.length }));
    lags = [];
  }
};

/** What app.ts does from time to time. */
const tick = (replica: HintedReplica): void => {
  setInterval(() => void replica.hints.tick().then(() => replica.topics.tick()), 1_000);
  const poll = () => void setTimeout(() => void replica.journal.tick().finally(poll), 200);
  poll();
};

interface FollowedJournals {
  readonly threads: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly tokens: number;
  /** Postgres' CPU in cores, without the process that follows and with it; and that process's. */
  readonly alone: number;
  readonly followed: number;
  readonly follower: number;
}

const child = async (role: string, url: string, threads: number): Promise<Child> => {
  const started = start([process.execPath, import.meta.path, role, url, `${threads}`]);
  await started.line();
  return started;
};

export const measureJournals = async (
  database: Database,
  threads: number,
  seconds: number,
): Promise<FollowedJournals> => {
  const cpu = () => (database.pid === null ? Number.NaN : cpuSeconds(database.pid));
  const writer = await child("write", database.url, threads);
  await Bun.sleep(SETTLE_MS);
  const before = cpu();
  await Bun.sleep(seconds * 1_000);
  const alone = (cpu() - before) / seconds;
  const follower = await child("follow", database.url, threads);
  await Bun.sleep(SETTLE_MS);
  follower.write("begin");
  await follower.line();
  const [since, own] = [cpu(), cpuSeconds(follower.pid)];
  await Bun.sleep(seconds * 1_000);
  const followed = (cpu() - since) / seconds;
  const used = (cpuSeconds(follower.pid) - own) / seconds;
  follower.write("end");
  const measured = JSON.parse(await follower.line()) as Pick<FollowedJournals, "p50" | "p99" | "tokens">;
  await Promise.all([writer.end(), follower.end()]);
  return { threads, ...measured, alone, followed, follower: used };
};

if (import.meta.main) {
  const [, , role = "", url = "", threads = ""] = process.argv;
  const replica = await hintedReplica(url, `${role} ${realSystem.id()}`);
  await replica.arriving();
  tick(replica);
  if (role === "write") await write(replica, Number(threads));
  console.log("ready");
  if (role === "follow") await follow(replica, Number(threads));
}
