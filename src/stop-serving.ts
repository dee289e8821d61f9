import type { System } from "./domain/system.ts";
import type { Journal } from "./journal/journal.ts";
import { RESTARTED } from "./runs/runs.ts";
import type { Departure } from "./streams/departure.ts";

/** How long readers may take for the end of their streams, before their streams are ended for them. */
const FAREWELL_MS = 1_000;

interface StopParts {
  readonly http: { stop(closeActiveConnections?: boolean): Promise<unknown> };
  readonly journal: Pick<Journal, "recheckAll" | "dismiss">;
  readonly departure: Pick<Departure, "begin">;
  readonly system: Pick<System, "sleep">;
}

/**
 * Stops listening. Readers that come back by themselves are told to. The others are relayed what other replicas write,
 * for at most `relayMs`, and then cut off. Resolves when no connection is left.
 */
export const stopServing = async ({ http, journal, departure, system }: StopParts, relayMs: number): Promise<void> => {
  const stopped = http.stop();
  const within = (ms: number) => Promise.race([stopped.then(() => true), system.sleep(ms).then(() => false)]);
  departure.begin();
  journal.recheckAll();
  if (!(await within(Math.max(relayMs, FAREWELL_MS)))) journal.dismiss(RESTARTED);
  if (!(await within(FAREWELL_MS))) await http.stop(true);
};
