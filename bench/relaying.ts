import { start } from "./child.ts";
import type { Load, LoadResult } from "./load.ts";
import type { Options } from "./options.ts";
import type { Server } from "./servers.ts";

/** One target's results of a round. */
export interface Relayed {
  readonly target: Server["target"];
  /** Many streams, all open throughout the window. */
  readonly steady: LoadResult;
  /** A few short streams at a time, one after another, for many first tokens. */
  readonly first: LoadResult;
  /** As many streams as in `steady`, all started at once. */
  readonly burst: LoadResult;
}

/** Number of streams in which the time to the first token is measured. */
export const FIRST_STREAMS = 50;

const RAMP = 2;
const WARM = 2;

export type Shape = Omit<Load, "target" | "url" | "pid" | "besidePid">;

/** The load for measuring CPU a token. Answers last a second longer than the window, so that none ends within it. */
export const steadyShape = ({ streams, rate, seconds }: Pick<Options, "streams" | "rate" | "seconds">): Shape => ({
  streams,
  answer: { tokens: (RAMP + WARM + seconds + 1) * rate, rate },
  rampSeconds: RAMP,
  warmSeconds: WARM,
  windowSeconds: seconds,
  again: false,
});

const FIRST: Shape = {
  streams: FIRST_STREAMS,
  answer: { tokens: 20, rate: 20 },
  rampSeconds: 1,
  warmSeconds: 0,
  windowSeconds: 6,
  again: true,
};

/** A short answer, for the time to the first token and the cost of starting and ending a run. */
const burstShape = (streams: number): Shape => ({
  streams,
  answer: { tokens: 10, rate: 20 },
  rampSeconds: 0,
  warmSeconds: 0,
  windowSeconds: 1,
  again: false,
});

/** Puts one load on one server. Throws when any token of any stream is missing, or when it takes far too long. */
export const put = async (server: Server, besidePid: number | null, shape: Shape): Promise<LoadResult> => {
  const load: Load = { target: server.target, url: server.url, pid: server.pid, besidePid, ...shape };
  const client = start([process.execPath, "bench/load.ts", JSON.stringify(load)]);
  const seconds = shape.rampSeconds + shape.answer.tokens / shape.answer.rate + shape.windowSeconds;
  const deadline = setTimeout(() => void client.end(), (2 * seconds + 20) * 1000);
  const result = JSON.parse(await client.line()) as LoadResult;
  clearTimeout(deadline);
  await client.end();
  const faults = Object.entries(result.faults).map(
    ([fault, count]) => `${count} of ${result.streams} streams: ${fault}`,
  );
  if (faults.length > 0) throw new Error(`${server.target} failed: ${faults.join("; ")}.`);
  return result;
};

/** Has a server run its code a few times before it is measured. */
export const warmUp = (server: Server): Promise<LoadResult> => put(server, null, { ...FIRST, windowSeconds: 2 });

/** Many short streams, all started at once. */
export const burst = (server: Server, besidePid: number | null, streams: number): Promise<LoadResult> =>
  put(server, besidePid, burstShape(streams));

export const relay = async (server: Server, databasePid: number | null, options: Options): Promise<Relayed> => {
  const besidePid = server.target === "yeoul" ? databasePid : null;
  return {
    target: server.target,
    steady: await put(server, besidePid, steadyShape(options)),
    first: await put(server, besidePid, FIRST),
    burst: await burst(server, besidePid, options.streams),
  };
};
