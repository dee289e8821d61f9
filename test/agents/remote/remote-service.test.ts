import { beforeAll, expect, test } from "bun:test";
import { agUiAgent, message, toolCall } from "../../support/ag-ui-agent.ts";
import { sharedStore } from "../../support/harness.ts";
import { payloadsOf } from "../../support/native-events.ts";
import { answerOf, askFar, farEvents, remoteService, SECRET } from "../../support/remote-service.ts";
import { readSse } from "../../support/sse.ts";
import { runOf, threadOf } from "../../support/views.ts";

// The first database of a process takes long to open on a busy machine.
beforeAll(async () => void (await sharedStore()), 120_000);

test("a remote agent's run is a run like any other: streamed, stored and read again", async () => {
  await using agent = agUiAgent(() => [
    { type: "STEP_STARTED", stepName: "research" },
    ...toolCall("c1", "lookup", { city: "Busan" }, '{"temperature":21}'),
    { type: "STEP_FINISHED", stepName: "research" },
    { type: "REASONING_MESSAGE_CHUNK", messageId: "r1", delta: "Warm." },
    ...message("m1", "It is ", "21 degrees."),
  ]);
  await using service = await remoteService(agent.url);
  const events = await farEvents(service, { thread_id: "t1" });
  expect(events.map(({ type }) => type)).toEqual([
    "page_start",
    "solve_progress",
    "solve_progress",
    "tool_start",
    "tool_result",
    "solve_progress",
    "reasoning",
    "token",
    "solve_progress",
    "credit_settled",
    "done",
  ]);
  expect(answerOf(events)).toBe("It is 21 degrees.");
  const { messages } = await threadOf(service, service.userId, "t1");
  expect(messages.map(({ role, content }) => [role, content])).toEqual([
    ["user", "hello"],
    ["assistant", "It is 21 degrees."],
  ]);
  const again = await service.get(`/api/v1/threads/t1/events?userId=${service.userId}`);
  expect((await readSse(again).toEnd()).length).toBe(events.length);
  const { agents } = (await (await service.get("/api/v1/agents")).json()) as {
    agents: { name: string; kind: string }[];
  };
  expect(agents.find(({ name }) => name === "far")?.kind).toBe("remote");
});

test("the agent is asked with the thread's turns, the run's ids and the user's id, in the protocol's own form", async () => {
  await using agent = agUiAgent(({ turn }) => message(`m${turn}`, `Answer ${turn}.`));
  await using service = await remoteService(agent.url);
  await farEvents(service, { thread_id: "t2" });
  const image = "data:image/png;base64,iVBORw0KGgo=";
  const second = await askFar(service, { thread_id: "t2", input: { message: "and now?", image_urls: [image] } });
  await readSse(second).toEnd();
  const [one, two] = agent.inputs;
  expect(two).toMatchObject({
    threadId: "t2",
    runId: second.headers.get("x-run-id"),
    state: {},
    tools: [],
    context: [],
    forwardedProps: { "yeoul/user_id": service.userId },
  });
  expect(two?.messages.map(({ role, content }) => [role, content])).toEqual([
    ["user", "hello"],
    ["assistant", "Answer 1."],
    [
      "user",
      [
        { type: "text", text: "and now?" },
        { type: "image", source: { type: "data", value: "iVBORw0KGgo=", mimeType: "image/png" } },
      ],
    ],
  ]);
  // A server with a memory of its own recognizes what it has seen.
  expect(two?.messages[0]?.id).toBe(one?.messages[0]?.id as string);
  expect(new Set(two?.messages.map(({ id }) => id)).size).toBe(3);
  expect(agent.headers[0]?.get("authorization")).toBe(SECRET);
  expect(agent.headers[0]?.get("accept")).toContain("text/event-stream");
});

test("the next turn's request holds the calls of the turns before, with their results", async () => {
  await using agent = agUiAgent(({ turn }) =>
    turn === 1
      ? [
          ...message("m1", "Let me see."),
          ...toolCall("c1", "look", { at: 1 }, '{"found":7}'),
          ...message("m2", "Seven."),
        ]
      : message("m3", "Again."),
  );
  await using service = await remoteService(agent.url);
  await farEvents(service, { thread_id: "t4" });
  await farEvents(service, { thread_id: "t4", input: { message: "sure?" } });
  expect(agent.inputs[1]?.messages.map(({ id, ...message }) => message)).toEqual([
    { role: "user", content: "hello" },
    {
      role: "assistant",
      content: "Let me see.",
      toolCalls: [{ id: "c1", type: "function", function: { name: "look", arguments: '{"at":1}' } }],
    },
    { role: "tool", toolCallId: "c1", content: '{"found":7}' },
    { role: "assistant", content: "Seven." },
    { role: "user", content: "sure?" },
  ]);
});

test("its text reaches readers while it is still at work", async () => {
  const goOn = Promise.withResolvers<void>();
  await using agent = agUiAgent(async function* () {
    const [begin, first, ...rest] = message("m", "One", " two.");
    if (begin && first) yield* [begin, first];
    await goOn.promise;
    yield* rest;
  });
  await using service = await remoteService(agent.url);
  const stream = readSse(await askFar(service));
  await stream.until(({ event }) => event === "token");
  goOn.resolve();
  expect((await stream.toEnd()).at(-1)?.event).toBe("done");
});

test("its usage is what it reports, or an estimate when it reports nothing", async () => {
  await using agent = agUiAgent(function* ({ input, turn }) {
    yield* message("m", "x".repeat(400));
    const { threadId, runId } = input;
    if (turn === 1) yield { type: "RUN_FINISHED", threadId, runId, usage: [{ inputTokens: 1_000, outputTokens: 50 }] };
  });
  await using service = await remoteService(agent.url);
  const used = async () => payloadsOf(await farEvents(service), "credit_settled")[0];
  const [reported, estimated] = [await used(), await used()];
  expect(reported).toEqual({ input_tokens: 1_000, output_tokens: 50, credits: 1.2 });
  expect(estimated).toMatchObject({ input_tokens: 2, output_tokens: 100, estimated: true });
});

test("cancelling closes the connection at once, and the text so far is stored", async () => {
  const closed = Promise.withResolvers<void>();
  await using agent = agUiAgent(async function* ({ signal }) {
    signal.addEventListener("abort", () => closed.resolve());
    yield* message("m", "So far");
    // It takes no notice of the cancellation.
    await new Promise(() => {});
  });
  await using service = await remoteService(agent.url);
  const response = await askFar(service, { thread_id: "t3" });
  const stream = readSse(response);
  await stream.until(({ event }) => event === "token");
  const runId = response.headers.get("x-run-id") ?? "";
  await service.post(`/api/v1/runs/${runId}/cancel?wait=1&userId=${service.userId}`, "");
  await closed.promise;
  expect((await runOf(service, service.userId, runId)).status).toBe("cancelled");
  expect((await threadOf(service, service.userId, "t3")).messages.at(-1)?.content).toBe("So far");
});
