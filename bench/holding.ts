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
  readonly bytesEach: number;
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

/** Resident bytes once they keep still: within 0.5 % for three seconds, or after fifteen. */
const settledBytes = async (pid: number): Promise<number> => {
  const seen: number[] = [];
  for (let second = 0; second < 15; second += 1) {
    seen.push(residentBytes(pid));
    const last = seen.slice(-4);
    if (last.length === 4 && Math.max(...last) < Math.min(...last) * 1.005) break;
    await Bun.sleep(1000);
  }
  return seen.at(-1) ?? 0;
};

const release = (standIn: string): Promise<Response> => fetch(`${standIn}/release`, { method: "POST" });

/** The difference that `streams` make to a process, each. */
const costEach = async (server: Server, plan: Hold, between: () => Promise<unknown>): Promise<number> => {
  await letGo(await hold({ ...plan, streams: WARM_STREAMS }));
  await between();
  const before = await settledBytes(server.pid);
  const client = await hold(plan);
  const after = await settledBytes(server.pid);
  await letGo(client);
  return (after - before) / plan.streams;
};

const JSON_BODY = { "content-type": "application/json" };

/** `server` must be fresh: what an earlier load left free in its heap would hide what the streams take. */
export const holdRuns = async (server: Server, standIn: string, streams: number): Promise<Held> => {
  const wire = WIRES[server.target];
  const body = wire.body("u#", question("quiet"));
  const asks = [{ url: server.url + wire.path, method: "POST" as const, headers: JSON_BODY, body }];
  const bytesEach = await costEach(server, { streams, asks }, () => release(standIn));
  await release(standIn);
  return { target: server.target, kind: "runs", streams, bytesEach };
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
  const bytesEach = await costEach(server, { streams, asks }, async () => undefined);
  await release(standIn);
  await letGo(writers).catch(() => undefined); // Their runs have ended, as they should.
  return { target: server.target, kind: "readers", streams, bytesEach };
};
