import type { AnswerDetail } from "../../src/domain/answer.ts";
import type { EventBody, LogEvent } from "../../src/domain/event.ts";
import type { Store } from "../../src/store/contract.ts";
import type { RunKey } from "../../src/store/log/contract-packing.ts";
import { packAll } from "./packing.ts";

/** As if a minute had passed since the runs ended. */
export const SINCE_MS = -60_000;

/** Packs and folds until nothing is left to fold. Returns how many events went. Others may do the same meanwhile. */
export const foldAll = async (store: Store): Promise<number> => {
  await packAll(store);
  let events = 0;
  for (let after: RunKey | null = null; ; ) {
    const found: Awaited<ReturnType<Store["packing"]["foldable"]>> = await store.packing.foldable(SINCE_MS, after);
    for (const run of found.runs) {
      let gone: number | null = null;
      while (gone === null) gone = await store.packing.fold(run, SINCE_MS);
      events += gone;
    }
    if (found.next === null) return events;
    after = found.next;
  }
};

/** What is left of a log by the fold of its runs: consecutive deltas of one run and type are one, with the last's place. */
export const joined = (events: readonly LogEvent[], cuts: ReadonlySet<number> = new Set()): readonly LogEvent[] => {
  const found: LogEvent[] = [];
  for (const { folded: _, ...event } of events) {
    const before = found.at(-1);
    const isDelta = event.type === "token" || event.type === "reasoning";
    const isJoined = isDelta && before?.type === event.type && before.runId === event.runId && !cuts.has(before.seq);
    if (!isJoined) {
      found.push(event);
      continue;
    }
    const delta = deltaIn(before) + deltaIn(event);
    found[found.length - 1] = { ...event, json: JSON.stringify({ delta }) };
  }
  return found;
};

const deltaIn = ({ json }: LogEvent): string => (JSON.parse(json) as { delta: string }).delta;

/** Events as they are without the mark of the fold. */
export const unmarked = (events: readonly LogEvent[]): readonly LogEvent[] =>
  events.map(({ folded: _, ...event }) => event);

/** The same with every seq that they stand for. */
export const placesOf = (events: readonly LogEvent[]): readonly number[] =>
  events.flatMap(({ seq, folded }) => {
    const after = folded?.after ?? seq - 1;
    return Array.from({ length: seq - after }, (_, at) => after + 1 + at);
  });

/** Bodies as a run's log. */
export const logged = (runId: string, after: number, bodies: readonly EventBody[]): readonly LogEvent[] =>
  bodies.map(({ type, payload }, at) => ({
    ...{ runId, seq: after + 1 + at, type, json: JSON.stringify(payload) },
    // Some share a time.
    at: 1_767_225_600_000 + 7 * Math.floor((after + at) / 3),
  }));

export const asStored = (detail: AnswerDetail): AnswerDetail => JSON.parse(JSON.stringify(detail)) as AnswerDetail;
