import { describe, expect, test } from "bun:test";
import { payloads } from "../../../src/domain/event.ts";
import { message, toolCall } from "../../support/ag-ui-agent.ts";
import { payloadsOf } from "../../support/native-events.ts";
import { FINISHED, frameOf, readPieces, readRun, STARTED, textIn } from "../../support/remote-read.ts";

const started = (id: string, name = "look") => ({ type: "TOOL_CALL_START", toolCallId: id, toolCallName: name });

describe("text", () => {
  test("is emitted as it arrives, messages separated by a paragraph", async () => {
    const { events } = await readRun(...message("a", "One", " two."), ...message("b", "Three."), ...message("c"));
    expect(payloadsOf(events, "token").map(({ delta }) => delta)).toEqual(["One", " two.", "\n\nThree."]);
  });

  test("of a message that is started again goes on where it stopped, as chunks do around a call", async () => {
    const chunk = (delta: string) => ({ type: "TEXT_MESSAGE_CHUNK", messageId: "a", role: "assistant", delta });
    const { events, failure, notes } = await readRun(
      chunk("One "),
      { type: "TOOL_CALL_CHUNK", toolCallId: "c", toolCallName: "look", delta: '{"at":1}' },
      chunk("two"),
      { type: "TEXT_MESSAGE_CHUNK", delta: " three" },
    );
    expect([textIn(events), failure, notes]).toEqual(["One two three", undefined, []]);
    expect(events.map(({ type }) => type)).toEqual(["token", "tool_start", "token", "token"]);
  });

  test("of two messages that arrive at the same time is not mixed", async () => {
    const [a, b] = [message("a", "1", "2", "3"), message("b", "x", "y", "z")];
    const mixed = a.flatMap((event, at) => [event, b[at]]);
    expect(textIn((await readRun(...mixed)).events)).toBe("123\n\nxyz");
    // What was held back is not lost when the run fails, or when a message is never ended.
    const cut = await readPieces([STARTED, ...mixed.slice(0, 6)].map(frameOf));
    expect(textIn(cut.events)).toBe("12\n\nxy");
    expect(textIn((await readRun(...mixed.slice(0, -2))).events)).toBe("123\n\nxyz");
  });

  test("of other roles than the assistant is not part of the answer", async () => {
    const { events } = await readRun(
      { type: "TEXT_MESSAGE_START", messageId: "q", role: "user" },
      { type: "TEXT_MESSAGE_CONTENT", messageId: "q", delta: "What is it?" },
      { type: "TEXT_MESSAGE_END", messageId: "q" },
      ...message("a", "This."),
    );
    expect(textIn(events)).toBe("This.");
  });

  test("that comes only in a snapshot is taken from it, without the messages before the question", async () => {
    const snapshot = (...messages: readonly object[]) => ({ type: "MESSAGES_SNAPSHOT", messages });
    const answered = [
      { id: "old", role: "assistant", content: "Earlier." },
      { id: "q", role: "user", content: "hi" },
      { id: "n", role: "assistant", content: "Now." },
    ];
    expect(textIn((await readRun(snapshot(...answered))).events)).toBe("Now.");
    expect(textIn((await readRun(...message("n", "Now."), snapshot(...answered))).events)).toBe("Now.");
    expect(textIn((await readRun(snapshot(answered[0] ?? {}))).events)).toBe("");
  });

  test("that is long is split into events of bounded size", async () => {
    const { events } = await readRun(...message("a", "x".repeat(100_000)));
    expect(textIn(events)).toBe("x".repeat(100_000));
    expect(Math.max(...payloadsOf(events, "token").map(({ delta }) => delta.length))).toBe(16_384);
  });
});

test("reasoning is reasoning, under the names of earlier versions too", async () => {
  const { events } = await readRun(
    { type: "REASONING_MESSAGE_CONTENT", messageId: "m", delta: "a" },
    { type: "REASONING_MESSAGE_CHUNK", delta: "b" },
    { type: "THINKING_TEXT_MESSAGE_CONTENT", delta: "c" },
  );
  expect(payloadsOf(events, "reasoning").map(({ delta }) => delta)).toEqual(["a", "b", "c"]);
});

describe("a tool call", () => {
  test("is emitted once its arguments are complete, then its result", async () => {
    const { events } = await readRun(...toolCall("c1", "look", { at: [1, "여울"] }, '{"found": true}'));
    expect(events).toEqual([
      { type: "tool_start", payload: { tool_call_id: "c1", name: "look", input: { at: [1, "여울"] } } },
      { type: "tool_result", payload: { tool_call_id: "c1", name: "look", output: { found: true }, is_error: false } },
    ]);
  });

  test("that is never ended is emitted at its result or at the run's end", async () => {
    const { events } = await readRun(started("a"), started("b"), {
      type: "TOOL_CALL_RESULT",
      toolCallId: "a",
      content: [
        { type: "text", text: "one" },
        { type: "text", text: "two" },
      ],
      metadata: { isError: true },
    });
    expect(events).toEqual([
      { type: "tool_start", payload: { tool_call_id: "a", name: "look", input: {} } },
      { type: "tool_result", payload: { tool_call_id: "a", name: "look", output: "one\ntwo", is_error: true } },
      { type: "tool_start", payload: { tool_call_id: "b", name: "look", input: {} } },
    ]);
  });

  test("gets its result from a snapshot of the messages when no other event has it", async () => {
    const messages = [
      { id: "x", role: "tool", toolCallId: "c1", content: "again" },
      { id: "y", role: "tool", toolCallId: "c2", content: "found", error: "half" },
      { id: "z", role: "tool", toolCallId: "of another run", content: "old" },
    ];
    const snapshot = { type: "MESSAGES_SNAPSHOT", messages };
    const { events } = await readRun(...toolCall("c1", "look", {}, "seen"), started("c2"), snapshot);
    expect(payloadsOf(events, "tool_result").map(({ output, is_error }) => [output, is_error])).toEqual([
      ["seen", false],
      ["found", true],
    ]);
  });

  test("with arguments that are no JSON keeps them as text, and a long result says that it was shortened", async () => {
    const { events } = await readRun(
      started("c"),
      { type: "TOOL_CALL_ARGS", toolCallId: "c", delta: "{at:" },
      { type: "TOOL_CALL_RESULT", toolCallId: "c", messageId: "m", content: "x".repeat(200_000) },
    );
    expect(payloadsOf(events, "tool_start")[0]?.input).toBe("{at:");
    const output = payloadsOf(events, "tool_result")[0]?.output as string;
    expect(output.length).toBeLessThan(70_000);
    expect(output).toEndWith("[shortened: 200000 characters, of which these are the first 65536]");
  });

  test("with a repeated id, or a result without a call, is ignored and logged once", async () => {
    const { events, notes, failure } = await readRun(
      ...toolCall("c", "look", {}, "seen"),
      started("c", "forged"),
      { type: "TOOL_CALL_ARGS", toolCallId: "c", delta: "{}" },
      { type: "TOOL_CALL_RESULT", toolCallId: "c", content: "forged" },
      { type: "TOOL_CALL_RESULT", toolCallId: "other", content: "forged" },
      { type: "TOOL_CALL_END", toolCallId: "other" },
    );
    expect(events.map(({ type }) => type)).toEqual(["tool_start", "tool_result"]);
    expect([notes.length, failure]).toEqual([4, undefined]);
  });
});

test("steps are nodes within the agent's own, and those left open are closed", async () => {
  const step = (type: string, stepName: string) => ({ type, stepName });
  const { events } = await readRun(
    step("STEP_STARTED", "plan"),
    step("STEP_STARTED", "plan"),
    step("STEP_FINISHED", "other"),
    step("STEP_STARTED", "run"),
  );
  expect(payloadsOf(events, "solve_progress").map(({ node, status }) => [node, status])).toEqual([
    ["plan", "in_progress"],
    ["run.2", "in_progress"],
    ["run.2", "completed"],
    ["plan", "completed"],
  ]);
});

test("other events become custom events; repeated states and a framework's own events are left out", async () => {
  const { events } = await readRun(
    { type: "CUSTOM", name: "mood", value: { good: true } },
    { type: "STATE_SNAPSHOT", snapshot: { n: 1 } },
    { type: "STATE_SNAPSHOT", snapshot: { n: 1 } },
    { type: "STATE_DELTA", delta: [{ op: "replace", path: "/n", value: 2 }] },
    { type: "STATE_SNAPSHOT", snapshot: { n: 1 } },
    { type: "ACTIVITY_SNAPSHOT", messageId: "m", activityType: "map", content: { at: 1 } },
    { type: "RAW", event: { huge: "…" } },
  );
  expect(payloadsOf(events, "custom")).toEqual([
    { name: "mood", data: { good: true } },
    { name: "state_snapshot", data: { n: 1 } },
    { name: "state_delta", data: [{ op: "replace", path: "/n", value: 2 }] },
    { name: "state_snapshot", data: { n: 1 } },
    { name: "activity_snapshot", data: { messageId: "m", activityType: "map", content: { at: 1 } } },
  ]);
});

describe("the end", () => {
  test("is the first one: nothing after it is read", async () => {
    const { events, failure } = await readRun(...message("a", "Done."), FINISHED, ...message("b", "More."), STARTED);
    expect([textIn(events), failure]).toEqual(["Done.", undefined]);
  });

  test("gives the run's result and usage", async () => {
    const usage = [{ inputTokens: 7, outputTokens: 2, cachedInputTokens: 3 }, { model: "m" }, { outputTokens: 1 }];
    const end = { ...FINISHED, result: { n: 1 }, usage };
    const { reader } = await readPieces([STARTED, end].map(frameOf));
    expect(reader.result).toEqual({ n: 1 });
    expect(reader.usage).toEqual({ inputTokens: 7, outputTokens: 3, cachedTokens: 3 });
  });

  test.each([
    ["a stream without an end", [], "The agent's answer ended before it was complete."],
    [
      "an error of its own",
      [{ type: "RUN_ERROR", message: "key sk-1 is wrong", code: "boom" }],
      "The agent failed in the middle of its answer.",
    ],
    [
      "a cancellation",
      [{ ...FINISHED, outcome: { type: "cancelled" } }],
      "The agent stopped before its answer was complete.",
    ],
    [
      "an interrupt for a person",
      [{ ...FINISHED, outcome: { type: "interrupt", interrupts: [{ id: "i", reason: "approval" }] } }],
      "The agent waits for a decision of a person, which cannot be passed on to it from here.",
    ],
    ["no JSON", ["{nonsense"], "The agent sent a response that cannot be parsed."],
    ["JSON that is no event", ["[1]"], "The agent sent a response that cannot be parsed."],
    [
      "an event without a required field",
      [{ type: "TEXT_MESSAGE_CONTENT", messageId: "a" }],
      "The agent sent a response that cannot be parsed.",
    ],
  ])("by %s fails the run with a plain message, and the text before it is emitted", async (_, end, words) => {
    const { events, failure } = await readPieces([STARTED, ...message("a", "So far"), ...end].map(frameOf));
    expect([textIn(events), failure?.message]).toEqual(["So far", words]);
  });

  test("of the connection fails the run", async () => {
    const { events, failure } = await readPieces([STARTED, ...message("a", "So far")].map(frameOf), new Error("reset"));
    expect([textIn(events), failure?.message]).toEqual(["So far", "The agent's answer ended before it was complete."]);
  });
});

test("no event of any name becomes one that only the engine may emit", async () => {
  const { events, failure, notes } = await readRun(
    ...Object.keys(payloads).map((type) => ({ type, payload: { delta: "forged" }, message_id: "m" })),
    { type: "__proto__" },
    { type: "constructor", messageId: "m" },
    ...message("a", "Hi."),
  );
  expect(events).toEqual([{ type: "token", payload: { delta: "Hi." } }]);
  expect(failure).toBeUndefined();
  expect(notes).toEqual(["the remote agent sends events of types that AG-UI 1.0 does not have; they are ignored"]);
});

test("another thread, another run and a second beginning are ignored, with one line each", async () => {
  const foreign = { type: "RUN_STARTED", threadId: "another user's", runId: "r2" };
  const { events, failure, notes } = await readPieces(
    [foreign, STARTED, ...message("a", "Hi."), FINISHED].map(frameOf),
  );
  expect([textIn(events), failure]).toEqual(["Hi.", undefined]);
  expect(notes.length).toBe(2);
  expect(notes.join()).not.toContain("another user's");
});

test("the end of another run is no end, but a server may name the run as it likes", async () => {
  const end = (runId: unknown) => ({ ...FINISHED, runId });
  const { events, failure, notes } = await readRun(...message("a", "One."), end("r2"), ...message("b", "Two."));
  expect([textIn(events), failure, notes.length]).toEqual(["One.\n\nTwo.", undefined, 1]);
  const began = { ...STARTED, runId: "its own" };
  for (const runId of ["its own", "r", null]) {
    const named = await readPieces([began, ...message("a", "One."), end(runId)].map(frameOf));
    expect([textIn(named.events), named.failure]).toEqual(["One.", undefined]);
  }
  const forged = await readPieces([STARTED, ...message("a", "One."), end("r2")].map(frameOf));
  expect(forged.failure?.message).toBe("The agent's answer ended before it was complete.");
});

describe("bounds", () => {
  const endless = (event: (at: number) => unknown, count: number) =>
    readRun(...Array.from({ length: count }, (_, at) => event(at)));

  test.each([
    ["text", (at: number) => ({ type: "TEXT_MESSAGE_CONTENT", messageId: `${at}`, delta: "x".repeat(10_000) }), 200],
    ["reasoning", () => ({ type: "REASONING_MESSAGE_CONTENT", delta: "x".repeat(10_000) }), 300],
    ["calls", (at: number) => started(`c${at}`), 200],
    ["events without content", () => ({ type: "RAW", event: "x".repeat(100_000) }), 300],
  ])("end a run of endless %s", async (_, event, count) => {
    const { failure, events } = await endless(event, count);
    expect(failure).toBeInstanceOf(Error);
    expect(JSON.stringify(events).length).toBeLessThan(3_000_000);
  });

  test("an event of 50 MB ends the run, before it is whole", async () => {
    const piece = "x".repeat(1_000_000);
    const { failure } = await readPieces([
      frameOf(STARTED),
      'data: {"type":"STATE_SNAPSHOT","snapshot":"',
      ...Array.from({ length: 50 }, () => piece),
    ]);
    expect(failure?.message).toBe("The agent's answer holds an event of more than 8388608 characters and was cut off.");
  });

  test("custom events and steps past what is stored are left out, and the run goes on", async () => {
    const { failure, events, notes } = await readRun(
      ...Array.from({ length: 2_500 }, (_, at) => ({ type: "CUSTOM", name: "n".repeat(100), value: at })),
      { type: "CUSTOM", name: "large", value: "x".repeat(2_000_000) },
      ...Array.from({ length: 1_100 }, (_, at) => ({ type: "STEP_STARTED", stepName: `s${at}` })),
      ...message("a", "Hi."),
    );
    expect([failure, textIn(events), notes.length]).toEqual([undefined, "Hi.", 2]);
    expect(payloadsOf(events, "custom").length).toBe(2_000);
    expect(payloadsOf(events, "solve_progress").length).toBe(2_000);
    expect(payloadsOf(events, "custom")[0]?.name).toBe("n".repeat(64));
  });
});
