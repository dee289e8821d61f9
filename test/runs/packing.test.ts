import { expect, test } from "bun:test";
import { Packing } from "../../src/runs/packing.ts";
import type { Packed, PackingPlace } from "../../src/store/log/contract-packing.ts";
import { StoreError } from "../../src/store/store-error.ts";

const PLACE: PackingPlace = { threadKey: "u:t", runId: "r", after: 2_048 };
const NOTHING: Packed = { events: 0, runs: 0, next: null };

/** Each call of the store takes 30 ms and gives the next outcome. */
const packingOf = (...outcomes: (Packed | null | StoreError)[]) => {
  const places: (PackingPlace | null)[] = [];
  const lines: string[] = [];
  let now = 0;
  const packing = new Packing({
    store: {
      packing: {
        pack: async (at) => {
          places.push(at);
          now += 30;
          const outcome = outcomes.shift() ?? null;
          if (outcome instanceof StoreError) throw outcome;
          return outcome;
        },
      },
    },
    system: { now: () => now },
    logger: {
      packed: (events, runs) => void lines.push(`${events} events, ${runs} runs`),
      recurringFails: (name) => void lines.push(`${name} fails`),
      recurringWorks: (name) => void lines.push(`${name} works`),
    },
  });
  return { packing, places, lines };
};

test("a run that does not fit in a batch is gone on with, before any other", async () => {
  const { packing, places, lines } = packingOf(
    { events: 2_048, runs: 0, next: PLACE },
    { events: 9, runs: 1, next: null },
    NOTHING,
  );
  for (let tick = 0; tick < 3; tick++) await packing.tick();
  expect(places).toEqual([null, PLACE, null]);
  expect(lines).toEqual(["2048 events, 0 runs", "9 events, 1 runs"]);
});

test("while there is more it takes a tenth of the time, and else it looks every 5 s", async () => {
  const { packing } = packingOf(
    { events: 40, runs: 16, next: null },
    { events: 0, runs: 0, next: PLACE },
    NOTHING,
    NOTHING,
    null,
  );
  const pauses: number[] = [packing.pauseMs];
  for (let tick = 0; tick < 5; tick++) {
    await packing.tick();
    pauses.push(packing.pauseMs);
  }
  // The run of the place may be gone, and others may wait behind it.
  expect(pauses).toEqual([5_000, 270, 270, 270, 5_000, 5_000]);
});

test("a store that is away is called again later, from the same place", async () => {
  const away = new StoreError("unavailable", "away");
  const { packing, places, lines } = packingOf({ events: 2_048, runs: 0, next: PLACE }, away, away, {
    events: 1,
    runs: 1,
    next: null,
  });
  for (let tick = 0; tick < 4; tick++) await packing.tick();
  expect(places).toEqual([null, PLACE, PLACE, PLACE]);
  expect(lines).toEqual(["2048 events, 0 runs", "packing fails", "1 events, 1 runs", "packing works"]);
});
