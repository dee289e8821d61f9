import { expect, test } from "bun:test";
import { randomFrom } from "./random.ts";
import { scenarios } from "./scenarios/index.ts";

/** A short form of what `bun run chaos` does for long. The seed of a round that fails is in the message of the failure. */
const SCALE = { threads: 8, length: 0.4, pause: 1, leaseMs: 3_000, deadlineMs: 100_000 };
/** How long a run may be without a replica, on top of its lease. */
const TAKEOVER_MS = 5_000;
const MINUTES = 120_000;

const seed = Math.floor(Math.random() * 1e9);

const roundOf = async (name: string) => {
  const open = scenarios[name];
  if (open === undefined) throw new Error(`there is no scenario ${name}`);
  await using scenario = await open(SCALE);
  const outcome = await scenario.round(randomFrom(seed));
  expect({ name, seed, faults: outcome.faults }).toEqual({ name, seed, faults: [] });
  return outcome;
};

test(
  "runs of a replica that is killed are finished by another one, and no client misses an event",
  async () => {
    const { slowestTakeoverMs } = await roundOf("kill");
    expect(slowestTakeoverMs ?? 0).toBeLessThan(SCALE.leaseMs + TAKEOVER_MS);
  },
  MINUTES,
);

test(
  "a rolling deploy breaks no answer and leaves no run behind",
  async () => {
    const { attempts } = await roundOf("deploy");
    expect(attempts.map(({ reason }) => reason)).toContain("handover");
  },
  MINUTES,
);

test("a replica that was suspended beyond its lease writes nothing stale", () => roundOf("suspend"), MINUTES);

test("runs outlast restarts of Postgres", () => roundOf("restarts"), MINUTES);

test("runs outlast a connection that forwards nothing for longer than a lease", () => roundOf("stall"), MINUTES);

test("runs outlast a lock on the table of events for longer than a lease", () => roundOf("lock"), MINUTES);

test("clients that come back elsewhere after every few events get each event once", () => roundOf("roam"), MINUTES);
