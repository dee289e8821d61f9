import { expect, test } from "bun:test";
import { EventLoopWatch } from "../../src/agents/event-loop-watch.ts";
import type { AgentPlace } from "../../src/agents/logger.ts";
import { agentParts } from "../support/agent-parts.ts";
import { codeContext, codeRun } from "../support/code-agent.ts";
import { walked } from "../support/walked.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A watch whose clock moves only when it sleeps, or when something holds up the loop. */
const watching = () => {
  let clock = 1_000;
  const sleeping: (() => void)[] = [];
  const system = {
    now: () => clock,
    sleep: (ms: number) =>
      new Promise<void>((resolve) =>
        sleeping.push(() => {
          clock += ms;
          resolve();
        }),
      ),
  };
  const reports: { readonly places: readonly AgentPlace[]; readonly ms: number }[] = [];
  const blockedLoop = (places: readonly AgentPlace[], ms: number) => void reports.push({ places, ms });
  const logger = { ...agentParts().logger, blockedLoop };
  const watch = new EventLoopWatch(system, logger);
  return {
    parts: agentParts({ logger, watch }),
    watch,
    reports,
    hold: (ms: number) => {
      clock += ms;
    },
    /** Lets the timers of this moment ring. */
    ring: async () => {
      for (const wake of sleeping.splice(0)) wake();
      await turn();
    },
    get isLooking() {
      return sleeping.length > 0;
    },
  };
};

/** The signal of a run that goes on. */
const going = new AbortController().signal;

const MINE = { agent: "mine", node: "run", runId: "r" };

test("an agent that blocks the event loop when it is resumed is named once", async () => {
  const { parts, reports, hold, ring } = watching();
  const mine = codeRun(async function* () {
    yield "a";
    hold(300);
    yield "b";
    await ring();
  }, parts);
  await walked(mine, codeContext());
  expect(reports).toEqual([{ places: [MINE], ms: 300 }]);
});

test("an agent that blocks the event loop after a wait of its own is named too", async () => {
  const { parts, reports, hold, ring } = watching();
  const mine = codeRun(async function* () {
    yield "a";
    await turn();
    hold(500);
    await ring();
  }, parts);
  await walked(mine, codeContext());
  expect(reports).toEqual([{ places: [MINE], ms: 500 }]);
});

test("a blocked stretch outside of any resumption is attributed to all agents that were running", async () => {
  const { watch, reports, hold, ring } = watching();
  const other = { ...MINE, runId: "r2" };
  const leave = [MINE, other].map((place) => watch.begin(place, going));
  hold(500);
  for (const end of leave) end();
  await ring();
  expect(reports).toEqual([{ places: [MINE, other], ms: 500 }]);
});

test("200 ms are not reported, and nothing is measured while no agent runs", async () => {
  const slow = watching();
  const leave = slow.watch.begin(MINE, going);
  slow.hold(200);
  await slow.ring();
  expect(slow.isLooking).toBe(true);
  leave();
  await slow.ring();
  expect(slow.isLooking).toBe(false);
  slow.watch.measure(MINE, () => slow.hold(200));
  expect(slow.reports).toEqual([]);
});

test("an agent that never returns is no longer suspected some time after its run has ended", async () => {
  const { watch, hold, ring, reports } = watching();
  const run = new AbortController();
  watch.begin(MINE, run.signal);
  run.abort();
  hold(500);
  await ring();
  expect(reports).toEqual([{ places: [MINE], ms: 10_500 }]);
  await ring();
  const other = { ...MINE, runId: "r2" };
  watch.begin(other, going);
  hold(500);
  await ring();
  expect(reports.at(-1)?.places).toEqual([other]);
});
