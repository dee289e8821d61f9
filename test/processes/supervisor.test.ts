import { expect, test } from "bun:test";
import type { Exit, WorkerProcess } from "../../src/processes/contract.ts";
import { Supervisor } from "../../src/processes/supervisor.ts";

interface Started {
  readonly number: number;
  readonly signals: string[];
  readonly process: WorkerProcess;
  serves(): void;
  ends(exit: Exit): void;
}

/** A supervisor whose processes do what the test says, and whose pauses pass at once. */
const supervised = (count: number) => {
  const started: Started[] = [];
  const pauses: number[] = [];
  const died: (readonly [number, Exit])[] = [];
  let now = 0;
  const supervisor = new Supervisor({
    count,
    start: (number) => {
      const serving = Promise.withResolvers<string>();
      const exited = Promise.withResolvers<Exit>();
      const signals: string[] = [];
      const process = {
        serving: serving.promise,
        exited: exited.promise,
        send: (signal: string) => void signals.push(signal),
      };
      started.push({ number, signals, process, serves: () => serving.resolve("http://it"), ends: exited.resolve });
      return process;
    },
    system: {
      now: () => now,
      sleep: async (ms) => {
        pauses.push(ms);
        now += ms;
      },
    },
    logger: { workerDied: (worker, exit) => void died.push([worker, exit]) },
  });
  const at = (index: number): Started => {
    const one = started[index];
    if (one === undefined) throw new Error(`process ${index} was not started`);
    return one;
  };
  return { supervisor, started, at, pauses, died, pass: (ms: number) => (now += ms) };
};

/** Until everything that can go on has gone on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** The same, once all of its workers serve. */
const serving = async (count: number) => {
  const all = supervised(count);
  const url = all.supervisor.start();
  for (let index = 0; index < count; index++) {
    all.at(index).serves();
    await settled();
  }
  expect(await url).toBe("http://it");
  return all;
};

test("the first worker serves before the others are started", async () => {
  const { supervisor, started, at } = supervised(3);
  const url = supervisor.start();
  await settled();
  expect(started.map(({ number }) => number)).toEqual([1]);
  at(0).serves();
  await settled();
  expect(started.map(({ number }) => number)).toEqual([1, 2, 3]);
  at(1).serves();
  at(2).serves();
  expect(await url).toBe("http://it");
});

test("a first worker that ends before it serves ends the start with its exit code", async () => {
  const { supervisor, started, at } = supervised(3);
  const url = supervisor.start();
  at(0).ends({ code: 2 });
  expect(await url).toBe(2);
  expect(started).toHaveLength(1);
});

test("if a later one does, the others are drained and the start ends with its exit code", async () => {
  const { supervisor, at } = supervised(2);
  const url = supervisor.start();
  at(0).serves();
  await settled();
  at(1).ends({ code: 1 });
  await settled();
  expect(at(0).signals).toEqual(["SIGTERM"]);
  at(0).ends({ code: 0 });
  expect(await url).toBe(1);
});

test("a dead worker is started again under its number, after longer and longer pauses", async () => {
  const { started, at, pauses, died } = await serving(2);
  for (let times = 0; times < 9; times++) {
    at(started.length - 1).ends({ signal: "SIGKILL" });
    await settled();
  }
  expect(started.slice(2).map(({ number }) => number)).toEqual(Array(9).fill(2));
  expect(pauses).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000]);
  expect(died).toEqual(Array(9).fill([2, { signal: "SIGKILL" }]));
});

test("after a minute of service the pause is short again", async () => {
  const { started, at, pauses, pass } = await serving(2);
  for (const served of [0, 0, 60_000]) {
    pass(served);
    at(started.length - 1).ends({ code: 1 });
    await settled();
  }
  expect(pauses).toEqual([200, 400, 200]);
});

test("told to stop, it drains every worker and starts none again", async () => {
  const { supervisor, started, at } = await serving(3);
  const code = supervisor.stop();
  expect([0, 1, 2].map((index) => at(index).signals)).toEqual(Array(3).fill(["SIGTERM"]));
  for (const index of [0, 1, 2]) at(index).ends({ code: 0 });
  expect(await code).toBe(0);
  expect(started).toHaveLength(3);
});

test("the exit code is 1 when one of them was killed while it drained", async () => {
  const { supervisor, at } = await serving(2);
  const code = supervisor.stop();
  at(0).ends({ code: 0 });
  at(1).ends({ signal: "SIGKILL" });
  expect(await code).toBe(1);
});

test("told to read agents again, every worker does, also one that was started again", async () => {
  const { supervisor, at } = await serving(2);
  at(0).ends({ code: 1 });
  await settled();
  supervisor.reload();
  expect([0, 1, 2].map((index) => at(index).signals)).toEqual([[], ["SIGHUP"], ["SIGHUP"]]);
});
