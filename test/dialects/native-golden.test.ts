import { afterAll, beforeAll, expect, test } from "bun:test";
import { expectGolden } from "../support/golden.ts";
import { nativeEvents } from "../support/native-events.ts";
import { answeredRun, nativeRun } from "../support/native-runs.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { type TestSystem, testSystem } from "../support/test-system.ts";

let service: TestService<ScriptedModel>;
let system: TestSystem;
beforeAll(async () => {
  system = testSystem();
  service = await startService({ system });
});
afterAll(() => service.stop());

test.each([
  ["native-superseding.sse", 0, {}],
  ["native-replacing.sse", 1_000, { multitask: "replace" }],
] as const)(
  "%s: a run that takes other turns' place lists them, and the log keeps theirs",
  async (file, from, given) => {
    system.countFrom(from);
    const at = { user_id: "golden", thread_id: file, agent: "ask" };
    const first = await answeredRun(service, "hello", "Good day.", at);
    const going = "multitask" in given ? await nativeRun(service, "and?", at) : null;
    if (going !== null) await service.model.nextCall();
    const next = await nativeRun(service, "hello again", { ...at, ...given, supersedes: first.runId });
    (await service.model.nextCall()).finish("Good evening.");
    const [start] = nativeEvents(await next.stream.toEnd());
    expect(start?.payload).toEqual({
      title: "hello again",
      supersedes: [first.runId, ...(going === null ? [] : [going.runId])],
    });
    await going?.stream.toEnd();
    expectGolden(file, next.stream.text);
    const log = await service.get(`/api/v1/threads/${file}/events?userId=golden`);
    const logged = (await readSse(log).toEnd()).map(({ data }) => data);
    expect(logged).toEqual([first, going, next].flatMap((run) => run?.stream.events.map(({ data }) => data) ?? []));
  },
);
