import { afterAll, beforeAll, expect, test } from "bun:test";
import type { LogEvent } from "../../src/domain/event.ts";
import { realSystem } from "../../src/domain/system.ts";
import { TRUNCATED } from "../../src/journal/hub.ts";
import type { Store } from "../../src/store/contract.ts";
import { foldAll } from "../support/folding.ts";
import { followed } from "../support/followed.ts";
import { journalOver } from "../support/journal.ts";
import { memoryStore } from "../support/pglite.ts";
import { endAt, newRun, started, token } from "../support/runs.ts";

let store: Store;
beforeAll(async () => {
  store = await memoryStore(realSystem);
  await store.migrate();
}, 60_000);
afterAll(() => store.close());

test("a replica that comes back to a log after its runs were folded gives its readers no hole", async () => {
  const { journal } = journalOver(store);
  const { fence } = await started(store, newRun("u:t"));
  const deltas = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, at) => token(fence, first + at));
  await store.events.append([{ fence, events: deltas(1, 5), checkpoints: [] }]);
  // Both wait behind the fifth event, and the replica knows the log up to there.
  const readers = [followed(journal, "u:t", 0, 600_000), followed(journal, "u:t", 0, 600_000)];
  const seen: LogEvent[][] = [];
  for (const reader of readers) seen.push([...((await reader.next()).value ?? [])]);
  expect(seen.map((events) => events.length)).toEqual([5, 5]);
  const waiting = readers.map((reader) =>
    reader.next().then(
      ({ value }) => value,
      (thrown: unknown) => thrown,
    ),
  );
  await journal.tick();
  const progress = { ...token(fence, 10, "{}"), type: "solve_progress" } as const;
  const content = [...deltas(1, 9), ...deltas(11, 14)].map(({ seq }) => seq).join("");
  const end = endAt(fence, 15, { message: { id: "m", content } });
  await store.runs.finish(fence, { ...end, events: [...deltas(6, 9), progress, ...deltas(11, 14), ...end.events] });
  await foldAll(store);
  // The replica holds the channel open, and learns how far the log reaches.
  const fresh = followed(journal, "u:t", 0, 600_000);
  await journal.tick();
  expect(await Promise.all(waiting)).toEqual([TRUNCATED, TRUNCATED]);
  expect((await fresh.next()).value?.map(({ seq, json }) => [seq, json])).toEqual([
    [9, '{"delta":"123456789"}'],
    [10, "{}"],
    [14, '{"delta":"11121314"}'],
    [15, '{"message_id":"m15"}'],
  ]);
  // The numbers between are not those of events in memory.
  const late = followed(journal, "u:t", 14, 600_000);
  expect((await late.next()).value?.map(({ seq }) => seq)).toEqual([15]);
  for (const reader of [fresh, late]) reader.leave();
});
