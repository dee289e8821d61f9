import { beforeAll, expect, test } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import { threadKey } from "../../src/domain/thread.ts";
import { forkThread } from "../../src/runs/fork.ts";
import { codeRun } from "../support/code-agent.ts";
import { harness, sharedStore } from "../support/harness.ts";
import { messagesOf } from "../support/messages-of.ts";
import { checkpointsOf } from "../support/runs.ts";

// The embedded database takes its time to start on a busy machine.
beforeAll(async () => {
  await sharedStore();
}, 60_000);

test("a fork from a step's checkpoint ends where the step did, also in the last node of a turn", async () => {
  const { start, store } = await harness();
  const agent = codeRun(async function* ({ step }) {
    yield "Before. ";
    await step("look", () => 1);
    yield "After.";
  });
  const { live, events } = await start(agent, { threadId: realSystem.id() });
  await events;
  const [step] = await checkpointsOf(store, live.threadKey);
  expect(step?.node).toBe("run/look");
  const to = threadKey("u", realSystem.id());
  await forkThread({ store, system: realSystem }, live.threadKey, step?.checkpointId ?? "", to);
  expect((await messagesOf(store, to)).map(({ content }) => content)).toEqual(["hi", "Before. "]);
});
