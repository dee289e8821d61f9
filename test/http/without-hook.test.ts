import { afterAll, beforeAll, expect, spyOn, test } from "bun:test";
import { Elysia } from "elysia";
import { dialects } from "../../src/dialects/index.ts";
import type { ModelPart } from "../../src/models/contract.ts";
import { answerFrom } from "../support/model-parts.ts";
import { startService } from "../support/service.ts";
import { testSystem } from "../support/test-system.ts";

const usage = { inputTokens: 10, outputTokens: 5 };
const PARTS: readonly ModelPart[] = [
  { type: "reasoning", delta: "So.\n" },
  { type: "text", delta: "안녕\r\n" },
  { type: "text", delta: "\n하세요 🎉" },
  { type: "finish", reason: "stop", usage },
];

const model = () => ({
  id: "fixed",
  check: async () => {},
  answer: answerFrom(async function* () {
    yield* PARTS;
  }),
});

/** A service with its own fixed clock and counted ids: two of them answer equal requests equally. */
const start = async () => {
  const system = testSystem();
  return { system, ...(await startService({ model: model(), system })) };
};
type Started = Awaited<ReturnType<typeof start>>;

let withHook: Started;
let without: Started;
beforeAll(async () => {
  withHook = await start();
  const mapResponse = spyOn(Elysia.prototype, "mapResponse").mockImplementation(function (this: Elysia) {
    return this as never;
  });
  without = await start();
  expect(mapResponse).toHaveBeenCalled();
  mapResponse.mockRestore();
});
afterAll(() => Promise.all([withHook.stop(), without.stop()]));

const bodies: Readonly<Record<string, unknown>> = {
  "/stream/v2": {
    message: "hello",
    userId: "u",
    threadId: "v2",
    filesUrl: null,
    chosenFeatures: [],
    agentConfig: null,
  },
  "/api/v1/solve": { problem: "hello", user_id: "u", thread_id: "native" },
  "/api/v1/runs": { input: { message: "hello" }, user_id: "u", thread_id: "runs" },
  "/ask": { question: "hello", user_id: "u", thread_id: "ask" },
  "/rag": { question: "hello", user_id: "u", thread_id: "rag" },
  "/api/chat/stream": { message: "hello", user_id: "u", thread_id: "chat" },
  "/api/v1/generate/stream": { input_type: "text", content: "We learned how a log works.", user_id: "u" },
};

const streams = dialects.flatMap(({ endpoints }) =>
  endpoints.filter(({ method, mode }) => method === "POST" && mode === "stream").map(({ path }) => path),
);

test.each(streams)("Elysia itself streams %s byte for byte as our hook does", async (path) => {
  const read = async (service: Started) => {
    service.system.countFrom(1_000 * (1 + streams.indexOf(path)));
    const response = await service.post(path, bodies[path]);
    return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
  };
  const ours = await read(withHook);
  expect(ours).toMatchObject({ status: 200, type: expect.stringContaining("text/event-stream") });
  expect(ours.text).toMatch(/"done"|run\.completed|"final"|event: (?:complete|done)/);
  expect(await read(without)).toEqual(ours);
});

test("Elysia itself replays a thread's log byte for byte as our hook does", async () => {
  const events = "/api/v1/threads/native/events?user_id=u";
  const ours = await (await withHook.get(events)).text();
  expect(ours).toContain("하세요 🎉");
  expect(await (await without.get(events)).text()).toBe(ours);
});
