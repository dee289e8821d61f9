import { expect, test } from "bun:test";
import { randomFrom } from "./random.ts";
import { lacking, scenarios } from "./scenarios/index.ts";

/** A short form of what `bun run chaos` does for long. The seed of a round that fails is in the message of the failure. */
const SCALE = { threads: 8, length: 0.4, pause: 1, leaseMs: 3_000, deadlineMs: 100_000 };
/** How long a run may be without a replica, on top of its lease. */
const TAKEOVER_MS = 5_000;
/** With the time in which others have their turn. */
const MINUTES = 600_000;

/** Rounds wait more than they work, so two go on at a time, but for those that are timed. */
const AT_A_TIME = 2;
let running = 0;
const waiting: (() => void)[] = [];
const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
  if (running === AT_A_TIME) await new Promise<void>((resolve) => waiting.push(resolve));
  else running++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
};

const seed = Math.floor(Math.random() * 1e9);

const roundOf = (name: string) =>
  inTurn(async () => {
    const open = scenarios[name];
    if (open === undefined) throw new Error(`there is no scenario ${name}`);
    await using scenario = await open(SCALE);
    const outcome = await scenario.round(randomFrom(seed));
    expect({ name, seed, faults: outcome.faults }).toEqual({ name, seed, faults: [] });
    return outcome;
  });

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

/** A test of what the name says, skipped with the reason where the machine lacks what it takes. */
const short = (scenario: string, name: string): void => {
  const missing = lacking[scenario];
  const reason = missing === undefined ? "" : ` (skipped: it requires ${missing})`;
  (missing === undefined ? test.concurrent : test.skip)(name + reason, () => roundOf(scenario), MINUTES);
};

short("suspend", "a replica that was suspended beyond its lease writes nothing stale");
short("clocks", "replicas whose clocks are two days apart go on with each other's runs");
short("twins", "replicas of one hostname and one process id are told apart");
short("restarts", "runs outlast restarts of Postgres");
short("stall", "runs outlast a connection that forwards nothing for longer than a lease");
short("lock", "runs outlast a lock on the table of events for longer than a lease");
short("connections", "runs outlast a Postgres that has no connection left for them for longer than a lease");
short("disk", "runs outlast a full disk of Postgres, and its end when it cannot write its log");
short("roam", "clients that come back elsewhere after every few events get each event once");
short("cursors", "looks at logs from random places get what follows, while others are written, packed and deleted");
short(
  "farewell",
  "a replica that is told to end under many open streams ends each in order, and all are read on elsewhere",
);
