import { heapStats } from "bun:jsc";
import { beforeAll, expect, test } from "bun:test";
import { agentFrom } from "../../src/agents/from-definition.ts";
import { realSystem } from "../../src/domain/system.ts";
import { openLogger, serviceLogger } from "../../src/logger.ts";
import { COMMON_WIRE } from "../../src/models/chat-wire.ts";
import { compatibleModel } from "../../src/models/compatible.ts";
import { withRetry } from "../../src/models/retry.ts";
import type { LiveRun } from "../../src/runs/live-run.ts";
import { askAgent } from "../../src/services/ask/index.ts";
import type { TextBody, TextSink } from "../../src/upstream/contract.ts";
import { agentParts } from "../support/agent-parts.ts";
import { followed } from "../support/followed.ts";
import { harness, sharedStore } from "../support/harness.ts";

const RUNS = 100;
/** 181 to 184 were measured, and 334 when each run had functions, timers and signals for all that it might come to need. */
const MAX_OBJECTS = 200;
const END = 'data: {"choices":[{"delta":{"content":"Hi."},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';

/** A server that answers no call before `release`, and a model there. `called` resolves once it has so many calls. */
const silentServer = () => {
  const sinks: TextSink[] = [];
  const waiting = new Map<number, () => void>();
  const pour = (sink: TextSink): void => waiting.get(sinks.push(sink))?.();
  const body: TextBody = { pour, pause() {}, resume() {}, finish() {}, cancel() {} };
  const logger = serviceLogger(openLogger("silent")).models;
  const model = compatibleModel({
    id: "compatible:silent",
    model: "silent",
    baseUrl: "http://127.0.0.1/v1",
    apiKey: null,
    failureContext: { keyVariable: "MODEL", now: () => 0 },
    system: realSystem,
    logger,
    wire: COMMON_WIRE,
    post: async () => ({ status: 200, header: () => null, body }),
  });
  return {
    model: withRetry(model, { system: realSystem, logger }),
    called: (calls: number) => new Promise<void>((resolve) => waiting.set(calls, resolve)),
    release: () => {
      for (const sink of sinks) sink.text(END);
    },
  };
};

/** What the engine makes of the program while it runs, at its own time: compiled functions, and shapes of objects. */
const ENGINES_OWN = /CodeBlock|Executable|Structure|SymbolTable/;

const counted = (): number => {
  Bun.gc(true);
  const counts = Object.entries(heapStats().objectTypeCounts);
  return counts.reduce((sum, [type, count]) => (ENGINES_OWN.test(type) ? sum : sum + count), 0);
};

/** The objects of the program, once what earlier tests left to collect is gone: some of it takes several turns. */
const objects = async (): Promise<number> => {
  for (let before = counted(); ; ) {
    await new Promise((resolve) => setImmediate(resolve));
    const now = counted();
    if (now >= before) return now;
    before = now;
  }
};

// The embedded database takes its time to start on a busy machine.
beforeAll(async () => {
  await sharedStore();
}, 60_000);

test("a run that waits for its model holds few objects", async () => {
  const server = silentServer();
  const { runs, journal } = await harness({ model: server.model, maxRuns: 2 * RUNS, maxRunsPerUser: 2 * RUNS });
  const ask = agentFrom("ask", "built-in", askAgent(), agentParts());
  const input = { message: "hi", images: [], streamTokens: true, locale: "en", options: {} } as const;
  const request = { userId: "u", threadId: null, agent: null, model: null, file: null, input };
  const startOne = async (): Promise<LiveRun> => {
    const live = await runs.start(ask, request, "trace");
    // Its progress is stored, so that nothing is on its way.
    for await (const batch of followed(journal, live.threadKey, 0, 60_000))
      if (batch.some(({ type }) => type === "solve_progress")) break;
    return live;
  };
  const startAll = async (calls: number): Promise<readonly LiveRun[]> => {
    const called = server.called(calls);
    const all = await Promise.all(Array.from({ length: RUNS }, startOne));
    await called;
    return all;
  };
  const first = await startAll(RUNS);
  const before = await objects();
  const second = await startAll(2 * RUNS);
  const each = ((await objects()) - before) / RUNS;
  server.release();
  await Promise.all([...first, ...second].map(({ ended }) => ended));
  expect(each).toBeLessThan(MAX_OBJECTS);
});
