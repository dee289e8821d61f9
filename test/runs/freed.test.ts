import { beforeAll, expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { type ThreadKey, threadIdOf, threadKey } from "../../src/domain/thread.ts";
import type { Store } from "../../src/store/contract.ts";
import type { NewRun } from "../../src/store/log/contract.ts";
import { sharedStore } from "../support/harness.ts";
import { talks } from "../support/interrupted.ts";
import { newRun, started } from "../support/runs.ts";
import { scriptedModel } from "../support/scripted-model.ts";
import { livingReplica } from "../support/two-replicas.ts";

const agent = talks();

beforeAll(sharedStore, 240_000);

const replica = async (options: Parameters<typeof livingReplica>[2] = {}) => {
  const model = scriptedModel();
  return { model, ...(await livingReplica(await sharedStore(), [agent], { model, ...options })) };
};

const of = (key: ThreadKey): NewRun => newRun(key, { owner: realSystem.id(), agent: agent.name });

/** A run that waits in the thread, of a replica that has given it up. */
const leftInQueue = async (store: Store, key: ThreadKey): Promise<NewRun> => {
  const run = of(key);
  expect((await store.runs.begin(run)).state).toBe("queued");
  await store.runs.release(run.owner, [run], "handover");
  return run;
};

test("a turn that nobody has begins as soon as the one before it has ended that was taken over", async () => {
  const here = await replica();
  const { store } = here;
  const key = threadKey("u", realSystem.id());
  const first = of(key);
  await started(store, first);
  await store.runs.release(first.owner, [first], "handover");
  const next = await leftInQueue(store, key);
  await here.recovery.tick();
  const call = await here.model.nextCall();
  expect(await store.runs.get("u", next.runId)).toMatchObject({ status: "queued" });
  // From here on, nothing but the run's end looks for what nobody has.
  call.finish("1");
  const taken = await here.model.nextCall();
  expect(await store.runs.get("u", next.runId)).toMatchObject({ status: "running", attempt: 1 });
  taken.finish("2");
  await here.runs.drain(60_000);
});

test("a turn that nobody has begins as soon as the one before it has ended that was begun here, in its place", async () => {
  const here = await replica({ maxRuns: 1 });
  const key = threadKey("u", realSystem.id());
  await here.start(agent, { threadId: threadIdOf(key) });
  const call = await here.model.nextCall();
  await leftInQueue(here.store, key);
  call.finish("1");
  (await here.model.nextCall()).finish("2");
  await here.runs.drain(60_000);
});

test("a process that shuts down begins no such turn, and tells the others", async () => {
  const sent = Promise.withResolvers<unknown>();
  const send = (kind: string, key: string | null) => sent.resolve([kind, key]);
  const here = await replica({ hints: { send, on: () => () => {}, areArriving: true } });
  const key = threadKey("u", realSystem.id());
  await here.start(agent, { threadId: threadIdOf(key) });
  const call = await here.model.nextCall();
  const next = await leftInQueue(here.store, key);
  const drained = here.runs.drain(60_000);
  call.finish("1");
  expect(await sent.promise).toEqual(["orphans", null]);
  await drained;
  expect(await here.store.runs.get("u", next.runId)).toMatchObject({ status: "queued" });
  // The replicas of other tests, which share the store, must not begin it either.
  await here.store.threads.delete(key, null);
});
