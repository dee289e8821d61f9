import { type Child, start } from "./child.ts";
import type { Hold, HoldResult } from "./hold.ts";
import type { Server } from "./servers.ts";
import { question, type TargetName, WIRES } from "./targets.ts";
import { residentBytes } from "./usage.ts";

/** The memory cost of idle streams in a process that does nothing else. */
export interface Held {
  readonly target: TargetName;
  /** With `runs`, each stream has its own run and model call; with `readers`, all follow a few runs. */
  readonly kind: "runs" | "readers";
  readonly streams: number;
  /** At the end of the hold, and the peak during it. */
  readonly bytesEach: number;
  readonly mostBytesEach: number;
}

/** Streams that are opened and closed before the first reading, so that code is compiled and pools are filled. */
const WARM_STREAMS = 200;
/** The runs that all readers share. */
const FOLLOWED = 4;

const hold = async (plan: Hold): Promise<Child> => {
  const client = start([process.execPath, "bench/hold.ts", JSON.stringify(plan)]);
  await client.line();
  return client;
};

const letGo = async (client: Child): Promise<void> => {
  client.write("close");
  const { lost, fault } = JSON.parse(await client.line()) as HoldResult;
  await client.end();
  if (lost > 0) throw new Error(`${lost} quiet streams were not held; the first: ${fault}.`);
};

/** Returns the resident bytes once they are stable within 0.5 % for three seconds, or after eight seconds. */
const settledBytes = async (pid: number): Promise<number> => {
  const seen = [residentBytes(pid)];
  while (seen.length < 9) {
    await Bun.sleep(1000);
    seen.push(residentBytes(pid));
    const last = seen.slice(-4);
    if (last.length === 4 && Math.max(...last) < Math.min(...last) * 1.005) break;
  }
  return seen.at(-1) ?? 0;
};

/**
 * How long streams are held, in seconds. A heartbeat is sent every ten seconds, and its memory is in use until it is
 * collected. One heartbeat falls into the shorter time and two into the longer.
 */
const HOLD_SECONDS: Readonly<Record<Held["kind"], number>> = { runs: 12, readers: 22 };

const release = (standIn: string): Promise<Response> => fetch(`${standIn}/release`, { method: "POST" });

/** Measures how much memory idle streams add to a process. */
const measure = async (
  server: Server,
  kind: Held["kind"],
  plan: Hold,
  onWarm: () => Promise<unknown> = async () => undefined,
): Promise<Held> => {
  await letGo(await hold({ ...plan, streams: WARM_STREAMS }));
  await onWarm();
  const before = await settledBytes(server.pid);
  const each = (bytes: number): number => (bytes - before) / plan.streams;
  const client = await hold(plan);
  const seen = [residentBytes(server.pid)];
  for (let second = 0; second < HOLD_SECONDS[kind]; second += 1) {
    await Bun.sleep(1000);
    seen.push(residentBytes(server.pid));
  }
  await letGo(client);
  const bytesEach = each(seen.at(-1) ?? Number.NaN);
  return { target: server.target, kind, streams: plan.streams, bytesEach, mostBytesEach: each(Math.max(...seen)) };
};

const JSON_BODY = { "content-type": "application/json" };

/** `server` must be fresh: heap that an earlier load left free would hide what the streams use. */
export const holdRuns = async (server: Server, standIn: string, streams: number): Promise<Held> => {
  const wire = WIRES[server.target];
  const body = wire.body("u#", question("quiet"));
  const requests = [{ url: server.url + wire.path, method: "POST" as const, headers: JSON_BODY, body }];
  const held = await measure(server, "runs", { streams, requests }, () => release(standIn));
  await release(standIn);
  return held;
};

/** Like `holdRuns`, for readers that follow a thread. */
export const holdReaders = async (server: Server, standIn: string, streams: number): Promise<Held> => {
  const threads = Array.from({ length: FOLLOWED }, (_, index) => `quiet-${index}`);
  const writers = await hold({
    streams: FOLLOWED,
    requests: threads.map((threadId) => ({
      url: `${server.url}/stream/v2`,
      method: "POST" as const,
      headers: JSON_BODY,
      body: JSON.stringify({ message: question("quiet"), userId: "bench", threadId }),
    })),
  });
  const requests = threads.map((threadId) => ({
    url: `${server.url}/api/v1/threads/${threadId}/events?userId=bench`,
    method: "GET" as const,
  }));
  const held = await measure(server, "readers", { streams, requests });
  await release(standIn);
  await letGo(writers).catch(() => undefined); // Their runs have ended, as they should.
  return held;
};
