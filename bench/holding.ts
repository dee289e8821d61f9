import { type Child, start } from "./child.ts";
import type { Hold, HoldResult } from "./hold.ts";
import type { Server } from "./servers.ts";
import { question, type TargetName, WIRES } from "./targets.ts";
import { residentBytes } from "./usage.ts";

/** What quiet streams cost a process that did nothing else. */
export interface Held {
  readonly target: TargetName;
  /** `runs`: each stream has its own run and model call. `readers`: all follow a few runs. */
  readonly kind: "runs" | "readers";
  readonly streams: number;
  /** After the time they were held, and the most that was seen in it. */
  readonly bytesEach: number;
  readonly mostBytesEach: number;
}

/** Streams that are opened and closed before the first look, so that code and pools are there. */
const WARM_STREAMS = 200;
/** The runs that all readers share. */
const FOLLOWED = 4;

const hold = async (plan: Hold): Promise<Child> => {
  const client = start([process.execPath, "bench/hold.ts", JSON.stringify(plan)]);
  await client.line();
  return client;
};

const letGo = async (client: Child): Promise<void> => {
  client.say("close");
  const { lost, fault } = JSON.parse(await client.line()) as HoldResult;
  await client.end();
  if (lost > 0) throw new Error(`${lost} quiet streams were not held; the first: ${fault}.`);
};

/** Resident bytes once they keep still: within 0.5 % for three seconds, or after eight. */
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
 * How long streams are held, in seconds. A heartbeat goes out every ten, and costs memory of its own until it is collected:
 * so one falls into the shorter time and two into the longer.
 */
const HOLD_SECONDS: Readonly<Record<Held["kind"], number>> = { runs: 12, readers: 22 };

const release = (standIn: string): Promise<Response> => fetch(`${standIn}/release`, { method: "POST" });

/** The difference that quiet streams make to a process. */
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

/** `server` must be fresh: what an earlier load left free in its heap would hide what the streams take. */
export const holdRuns = async (server: Server, standIn: string, streams: number): Promise<Held> => {
  const wire = WIRES[server.target];
  const body = wire.body("u#", question("quiet"));
  const asks = [{ url: server.url + wire.path, method: "POST" as const, headers: JSON_BODY, body }];
  const held = await measure(server, "runs", { streams, asks }, () => release(standIn));
  await release(standIn);
  return held;
};

/** As `holdRuns`, for Yeoul's own way to follow a thread. */
export const holdReaders = async (server: Server, standIn: string, streams: number): Promise<Held> => {
  const threads = Array.from({ length: FOLLOWED }, (_, index) => `quiet-${index}`);
  const writers = await hold({
    streams: FOLLOWED,
    asks: threads.map((threadId) => ({
      url: `${server.url}/stream/v2`,
      method: "POST" as const,
      headers: JSON_BODY,
      body: JSON.stringify({ message: question("quiet"), userId: "bench", threadId }),
    })),
  });
  const asks = threads.map((threadId) => ({
    url: `${server.url}/api/v1/threads/${threadId}/events?userId=bench`,
    method: "GET" as const,
  }));
  const held = await measure(server, "readers", { streams, asks });
  await release(standIn);
  await letGo(writers).catch(() => undefined); // Their runs have ended, as they should.
  return held;
};
