import { expect, test } from "bun:test";
import type { LoadedAgents } from "../../../src/agents/files/agent-files.ts";
import { Reload } from "../../../src/agents/files/reload.ts";

/** A reload whose readings the test ends, each with agents of these names or with a mistake. */
const reloadOf = (use: (names: readonly string[]) => void = () => {}) => {
  const readings: ((loaded: LoadedAgents) => void)[] = [];
  const logged: unknown[] = [];
  const reload = new Reload<LoadedAgents>({
    load: () => new Promise<LoadedAgents>((resolve) => void readings.push(resolve)),
    use: ({ agents }) => use(agents.map(({ name }) => name)),
    logger: {
      reloaded: (names) => void logged.push(names),
      reloadRefused: (mistakes) => void logged.push(mistakes),
      remarked: (remarks) => void logged.push(remarks),
    },
  });
  const end = (at: number, ...names: readonly string[]): void =>
    readings[at]?.({
      agents: names.map((name) => ({ name, kind: "text", definition: { async *run() {} } })),
      mistakes: [],
      secrets: [],
      remarks: [],
    });
  return { reload, readings, logged, end };
};

test("requests during a reload are served by one more reload, which begins after it", async () => {
  const { reload, readings, logged, end } = reloadOf();
  const first = reload.request();
  await Promise.resolve();
  expect(readings).toHaveLength(1);
  const others = [reload.request(), reload.request(), reload.request()];
  await Promise.resolve();
  expect(readings).toHaveLength(1);
  end(0, "old");
  await first;
  await Promise.resolve();
  expect(readings).toHaveLength(2);
  end(1, "new");
  await Promise.all(others);
  expect(logged).toEqual([["old"], ["new"]]);
  expect(readings).toHaveLength(2);
});

test("a folder with mistakes is not used, and the next request reads again", async () => {
  const used: (readonly string[])[] = [];
  const { reload, readings, logged, end } = reloadOf((names) => void used.push(names));
  const refused = reload.request();
  await Promise.resolve();
  readings[0]?.({
    agents: [],
    mistakes: [{ file: "a.md", line: 2, field: "model", message: "must be mended" }],
    secrets: [],
    remarks: [],
  });
  await refused;
  const mended = reload.request();
  await Promise.resolve();
  end(1, "a");
  await mended;
  expect(logged).toEqual([["a.md:2: model must be mended"], ["a"]]);
  expect(used).toEqual([["a"]]);
});

test("what may be a mistake is reported once the agents are in use", async () => {
  const { reload, readings, logged } = reloadOf();
  const done = reload.request();
  await Promise.resolve();
  const remarks = [{ file: "a.md", line: 5, field: null, message: "has {{user}}, which is not filled in" }];
  readings[0]?.({ agents: [], mistakes: [], remarks, secrets: [] });
  await done;
  expect(logged).toEqual([[], ["a.md:5: has {{user}}, which is not filled in"]]);
});

test("agents that cannot be used are reported like mistakes", async () => {
  const { reload, logged, end } = reloadOf(() => {
    throw new Error("Two agents have the name a.");
  });
  const done = reload.request();
  await Promise.resolve();
  end(0, "a");
  await done;
  expect(logged).toEqual([["Two agents have the name a."]]);
});
