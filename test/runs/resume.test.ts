import { beforeAll, describe, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { type AgentDefinition, tool } from "../../src/agents/public.ts";
import { realSystem } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import { answerIn, endOf, logOf, sharedStore } from "../support/harness.ts";
import { calling, defined, interrupted, modelWith, payloadsOf, talks, text, typesOf } from "../support/interrupted.ts";
import { messagesOf } from "../support/messages-of.ts";
import { until } from "../support/stepped-agent.ts";
import { dyingReplica, hasEvent, livingReplica, recovering } from "../support/two-replicas.ts";

let store: Store;
beforeAll(async () => {
  store = await sharedStore();
}, 240_000);

describe("a run whose replica dies", () => {
  test("goes on on another, whose model is given what was said and continues from there", async () => {
    const second = modelWith([text("brown fox")]);
    const run = await interrupted(
      store,
      talks(),
      [modelWith([text("The "), text("quick "), "hang"]), second],
      (log) => answerIn(log) === "The quick ",
    );
    expect(answerIn(run.log)).toBe("The quick brown fox");
    expect(typesOf(run.after)).toEqual(["attempt_started", "token", "credit_settled", "done"]);
    expect(payloadsOf(run.after, "attempt_started")).toEqual([{ attempt: 2, reason: "takeover" }]);
    expect(second.requests[0]).toMatchObject({ begun: "The quick " });
    expect((await messagesOf(store, run.live.threadKey)).map(({ content }) => content)).toEqual([
      "hi",
      "The quick brown fox",
    ]);
    expect(payloadsOf(run.after, "credit_settled")).toMatchObject([{ estimated: true }]);
  });

  test("says nothing twice when its new model begins again", async () => {
    const run = await interrupted(
      store,
      talks(),
      [modelWith([text("The quick "), "hang"]), modelWith([text("The quick "), text("brown"), text(" fox")])],
      (log) => answerIn(log) === "The quick ",
    );
    expect(answerIn(run.log)).toBe("The quick brown fox");
  });

  test("starts afresh when it had said nothing", async () => {
    const second = modelWith([text("Hello.")]);
    const run = await interrupted(store, talks(), [modelWith(["hang"]), second], (log) =>
      log.some(({ type }) => type === "solve_progress"),
    );
    expect(typesOf(run.log)).toEqual(["page_start", "attempt_started", "token", "credit_settled", "done"]);
    expect(payloadsOf(run.log, "solve_progress").map(({ status }) => status)).toEqual(["in_progress", "completed"]);
    expect(second.requests[0]?.begun).toBeUndefined();
  });

  test("does not make a tool call again whose result is in the log, nor the model call that asked for it", async () => {
    const made: string[] = [];
    const look = tool({
      name: "look",
      description: "Looks.",
      input: Type.Object({}),
      execute: (_, { idempotencyKey }) => {
        made.push(idempotencyKey);
        return { seen: 1 };
      },
    });
    const first = modelWith([text("Let me see."), calling("c", "look")], [text("I "), "hang"]);
    const second = modelWith([text("see 1.")]);
    const run = await interrupted(store, talks([look]), [first, second], (log) => answerIn(log).endsWith("I "));
    expect(answerIn(run.log)).toBe("Let me see.\n\nI see 1.");
    expect(made).toEqual([`${run.live.runId}:c`]);
    expect(typesOf(run.after)).toEqual(["attempt_started", "token", "credit_settled", "done"]);
    expect(second.requests).toHaveLength(1);
    expect(second.requests[0]?.messages.slice(-2)).toMatchObject([
      { role: "assistant", content: "Let me see.", toolCalls: [{ id: "c", name: "look" }] },
      { role: "tool", toolCallId: "c", output: { seen: 1 }, isError: false },
    ]);
    // Two whole calls, and one that was broken off.
    expect(payloadsOf(run.after, "credit_settled")[0].input_tokens).toBeGreaterThan(20);
  });

  const lostCall = async (repeat: boolean) => {
    const made: string[] = [];
    const slow = tool({
      name: "slow",
      description: "Takes long.",
      input: Type.Object({}),
      repeat,
      execute: async (_, { idempotencyKey, signal }) => {
        made.push(idempotencyKey);
        if (made.length > 1) return "done";
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      },
    });
    const second = modelWith([text("So.")]);
    const run = await interrupted(
      store,
      talks([slow]),
      [modelWith([calling("c", "slow")]), second],
      () => made.length > 0,
    );
    return { ...run, made, second };
  };

  test("makes a call again whose outcome is unknown, with the same idempotency key and without a second start", async () => {
    const { made, live, log, second } = await lostCall(true);
    expect(made).toEqual([`${live.runId}:c`, `${live.runId}:c`]);
    expect(payloadsOf(log, "tool_start")).toHaveLength(1);
    expect(payloadsOf(log, "tool_result")).toMatchObject([{ tool_call_id: "c", output: "done", is_error: false }]);
    expect(second.requests).toHaveLength(1);
  });

  test("does not make a call again that must not be repeated, and tells the model that its outcome is unknown", async () => {
    const { made, log, second } = await lostCall(false);
    expect(made).toHaveLength(1);
    expect(payloadsOf(log, "tool_result")).toMatchObject([{ tool_call_id: "c", is_error: true }]);
    expect(second.requests[0]?.messages.at(-1)).toMatchObject({ role: "tool", isError: true });
    expect(answerIn(log)).toBe("So.");
  });

  test("goes on after its last node, with the state that the nodes before had left", async () => {
    const ran: string[] = [];
    const agent = defined({
      start: "one",
      begin: () => ({ count: 1 }),
      nodes: {
        one: {
          async *run() {
            ran.push("one");
            yield "First.";
            return { count: 2 };
          },
        },
        two: {
          async *run(context, { count }) {
            ran.push("two");
            yield* context.converse({ system: `count ${count}` });
            return {};
          },
        },
      },
      result: ({ count }) => count,
    } as AgentDefinition);
    const second = modelWith([text("rd.")]);
    const run = await interrupted(store, agent, [modelWith([text("Thi"), "hang"]), second], (log) =>
      answerIn(log).endsWith("Thi"),
    );
    expect(ran).toEqual(["one", "two", "two"]);
    expect(answerIn(run.log)).toBe("First.\n\nThird.");
    expect(second.requests[0]).toMatchObject({ system: "count 2", begun: "Thi" });
    expect(payloadsOf(run.log, "solve_progress").map(({ node, status }) => `${node} ${status}`)).toEqual([
      "one in_progress",
      "one completed",
      "two in_progress",
      "two completed",
    ]);
    expect(endOf(run.log)).toMatchObject({ finish: "stop", result: 2 });
  });

  describe("after a model call that had ended whole, in a node that had not,", () => {
    const waits = ({ signal }: { readonly signal: AbortSignal }) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    /** Its node goes on for as long as the first replica lives: silently, or after it has said more. */
    const goesOn = (saysMore: boolean) => {
      let attempts = 0;
      return defined({
        async *run(context) {
          const isFirst = ++attempts === 1;
          const { text: said } = yield* context.converse({ system: "s" });
          if (saysMore) yield " That is all";
          if (isFirst) await waits(context);
          yield ` (${said.length})`;
        },
      });
    };

    test.each([true, false])("does not ask the model to go on (the node has said more: %p)", async (saysMore) => {
      const second = modelWith();
      const run = await interrupted(
        store,
        goesOn(saysMore),
        [modelWith([text("Hello.")]), second],
        async (log, live) =>
          saysMore ? answerIn(log).endsWith("all") : (await store.runs.progress(live)).rounds.length > 0,
      );
      expect(second.requests).toHaveLength(0);
      expect(answerIn(run.log)).toBe(saysMore ? "Hello. That is all (6)" : "Hello. (6)");
      // The model's own count, which the first replica had stored with the end of the call.
      expect(payloadsOf(run.after, "credit_settled")).toMatchObject([{ input_tokens: 10, output_tokens: 5 }]);
    });

    test("stores no end of a call where the node ends with it", async () => {
      const here = await livingReplica(store, [], { model: modelWith([text("Hello.")]) });
      const { live, events } = await here.start(talks());
      expect(endOf(await events)).toMatchObject({ finish: "stop" });
      expect((await store.runs.progress(live)).rounds).toEqual([]);
    });
  });

  test("withholds text that the caller wants in one piece, whatever its first replica had withheld", async () => {
    const note = tool({ name: "note", description: "Notes.", input: Type.Object({}), execute: () => "ok" });
    const run = await interrupted(
      store,
      talks([note]),
      [modelWith([text("One."), calling("c", "note")], ["hang"]), modelWith([text("Two.")])],
      (log) => log.some(({ type }) => type === "tool_result"),
      { streamTokens: false },
    );
    expect(payloadsOf(run.log, "token")).toEqual([{ delta: "One.\n\nTwo." }]);
  });
});

test("a file that came with the question is there for the second replica, and gone once the run has ended", async () => {
  const sizes: (number | undefined)[] = [];
  const agent = defined({
    async *run(context) {
      sizes.push(context.file?.bytes.byteLength);
      yield* context.converse({ system: context.file?.name ?? "none" });
    },
  });
  const file = { name: "a.csv", mediaType: "text/csv", bytes: new Uint8Array(700_000), release: () => {} };
  const run = await interrupted(
    store,
    agent,
    [modelWith([text("half "), "hang"]), modelWith([text("whole")])],
    (log) => answerIn(log) === "half ",
    { file },
  );
  expect(sizes).toEqual([700_000, 700_000]);
  expect(answerIn(run.log)).toBe("half whole");
  await until(async () => (await store.files.get(run.live)) === null);
});

describe("a run that does not go on", () => {
  const hangs = () => modelWith([text("half "), "hang"]);

  test("ends as interrupted once the replicas of as many attempts have died as are allowed", async () => {
    const agent = talks();
    const { live } = await (await dyingReplica(store, { model: hangs() })).start(agent);
    await until(async () => answerIn(await logOf(store, live.threadKey)) === "half ");
    for (let attempt = 2; attempt <= 3; attempt++) {
      const replica = await livingReplica(store, [agent], { model: hangs() });
      const isUnderWay = async () => (await store.runs.get("u", live.runId))?.attempt === attempt;
      await recovering(replica, isUnderWay);
      await until(async () => payloadsOf(await logOf(store, live.threadKey), "attempt_started").length === attempt - 1);
      await store.replicas.leave(replica.owner);
    }
    const last = await livingReplica(store, [agent]);
    await recovering(last, hasEvent(store, live.threadKey, "error"));
    const log = await logOf(store, live.threadKey);
    expect(endOf(log)).toMatchObject({ code: "interrupted", recoverable: true });
    expect(payloadsOf(log, "attempt_started").map(({ attempt }) => attempt)).toEqual([2, 3]);
    expect(answerIn(log)).toStartWith("half ");
  });

  test("ends as interrupted where takeovers are off", async () => {
    const agent = talks();
    const { live } = await (await dyingReplica(store, { model: hangs() })).start(agent);
    await until(async () => answerIn(await logOf(store, live.threadKey)) === "half ");
    await recovering(
      await livingReplica(store, [agent], { takesOver: false }),
      hasEvent(store, live.threadKey, "error"),
    );
    expect(endOf(await logOf(store, live.threadKey))).toMatchObject({ code: "interrupted" });
  });
});

test("a run that was queued on a replica that died runs in its turn", async () => {
  const agent = talks();
  const dying = await dyingReplica(store, { model: modelWith([text("one "), "hang"]) });
  const threadId = realSystem.id();
  const { live } = await dying.start(agent, { threadId, message: "first" });
  const { live: queued } = await dying.start(agent, { threadId, message: "second" });
  await until(async () => answerIn(await logOf(store, live.threadKey)) === "one ");
  // A process that is dead does not wait for its turn.
  dying.registry.release(queued);
  const model = modelWith([text("more")], [text("two")]);
  const living = await livingReplica(store, [agent], { model });
  await recovering(living, async () => (await store.runs.get("u", queued.runId))?.status === "succeeded");
  const messages = await messagesOf(store, live.threadKey);
  expect(messages.map(({ content }) => content)).toEqual(["first", "one more", "second", "two"]);
  const log = await logOf(store, live.threadKey);
  expect(payloadsOf(log, "attempt_started")).toHaveLength(1);
  expect(log.filter(({ type }) => type === "done")).toHaveLength(2);
});
