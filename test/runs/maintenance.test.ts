import { beforeAll, expect, test } from "bun:test";
import type { Store } from "../../src/store/contract.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { agentOf, answerIn, endOf, harness, logOf, sharedStore } from "../support/harness.ts";
import { token } from "../support/journal.ts";
import { CANCEL } from "../support/runs.ts";
import { steppedAgent, until } from "../support/stepped-agent.ts";
import { tappedStore } from "../support/tapped-store.ts";

type Gate = ReturnType<typeof Promise.withResolvers<void>>;

let store: Store;
beforeAll(async () => {
  store = await sharedStore();
}, 30_000);

test("a cancel on another replica reaches the owner at its next poll", async () => {
  const [owner, other] = [await harness({ store }), await harness({ store })];
  const { live, events } = await owner.start(steppedAgent().agent);
  const cancelled = other.runs.cancel("u", live.runId, true, new AbortController().signal);
  await until(async () => {
    await owner.maintenance.tick();
    return live.signal.aborted;
  });
  expect(endOf(await events)).toMatchObject({ code: "cancelled" });
  expect(await cancelled).toMatchObject({ status: "cancelled" });
});

test("a run whose thread is deleted on another replica stops, even if it emits nothing", async () => {
  const [owner, other] = [await harness({ store }), await harness({ store })];
  const { live } = await owner.start(steppedAgent().agent);
  await until(async () => answerIn(await logOf(store, live.threadKey)) !== "");
  expect(await other.runs.deleteThread(live.threadKey)).toBe(true);
  await owner.maintenance.tick();
  await live.ended;
  expect(live.signal.reason).toBe("lost");
});

test("a run that ends while its process compares its runs with the store is not taken for lost", async () => {
  const [requested, written, acknowledged] = [0, 1, 2].map(() => Promise.withResolvers<void>()) as [Gate, Gate, Gate];
  const { store: tapped, taps } = tappedStore({
    ...store,
    runs: {
      ...store.runs,
      // Between the read of the registry and the answer, the run's end is written but not acknowledged yet.
      held: async (owner) => {
        requested.resolve();
        await written.promise;
        return store.runs.held(owner);
      },
    },
  });
  taps.finish = async (next, fence, end) => {
    const isWritten = await next(fence, end);
    written.resolve();
    await acknowledged.promise;
    return isWritten;
  };
  const here = await harness({ store: tapped });
  const agent = agentOf(async function* () {
    yield token("word");
    await requested.promise;
    return {};
  });
  const { live, events } = await here.start(agent);
  await here.maintenance.tick();
  expect(here.registry.get(live.runId)).toBe(live);
  expect(live.signal.aborted).toBe(false);
  acknowledged.resolve();
  expect((await events).at(-1)?.type).toBe("done");
});

test("maintenance goes on after an outage of the store", async () => {
  const away = () => Promise.reject(new StoreError("unavailable", "away"));
  let isAway = true;
  const here = await harness({
    store: { ...store, runs: { ...store.runs, held: (owner) => (isAway ? away() : store.runs.held(owner)) } },
  });
  const { live } = await here.start(steppedAgent().agent);
  await here.maintenance.tick();
  isAway = false;
  await store.runs.requestCancel("u", live.runId, CANCEL);
  await here.maintenance.tick();
  expect(live.signal.aborted).toBe(true);
  await live.ended;
});
