import { beforeAll, describe, expect, test } from "bun:test";
import type { AgentContext } from "../../src/agents/contract.ts";
import { RunError } from "../../src/domain/error.ts";
import type { EventBody } from "../../src/domain/event.ts";
import { type FinishReason, ModelError } from "../../src/models/contract.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { agentOf, answerIn, endOf, type Harness, harness, logOf } from "../support/harness.ts";
import { heldSleeps } from "../support/held-sleeps.ts";
import { token } from "../support/journal.ts";
import { messagesOf } from "../support/messages-of.ts";

let here: Harness;
beforeAll(async () => {
  here = await harness();
}, 30_000);

/** Yields the given events, then throws or returns. */
const agentEmitting = (events: readonly EventBody[], thrown?: { readonly error: unknown }) =>
  agentOf(async function* () {
    yield* events;
    if (thrown !== undefined) throw thrown.error;
    return {};
  });

const hanging = () => new Promise<never>(() => {});
const untilAborted = ({ signal }: AgentContext) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

describe("a run that ends", () => {
  const refused = new ModelError("model_refused", "No.", { retryable: false });
  const table: readonly (readonly [string, unknown, string, string])[] = [
    ["an Error", new Error("secret detail"), "internal", "The server failed to answer."],
    ["a string", "secret detail", "internal", "The server failed to answer."],
    ["undefined", undefined, "internal", "The server failed to answer."],
    ["a ModelError", refused, "model_refused", "No."],
    ["a RunError", new RunError("tool_failed", "The tool broke."), "tool_failed", "The tool broke."],
    [
      "a StoreError that may pass",
      new StoreError("unavailable", "host x"),
      "store_unavailable",
      "The database is unavailable. Try again shortly.",
    ],
    ["a StoreError that will not", new StoreError("failed", "host x"), "internal", "The server failed to answer."],
    ["an abort reason that is not ours", AbortSignal.abort().reason, "internal", "The server failed to answer."],
  ];
  for (const [what, error, code, message] of table) {
    for (const words of [[], ["so ", "far"]]) {
      test(`with ${what} thrown ${words.length > 0 ? "amid an answer" : "before the first word"} says ${code}, once`, async () => {
        const { live, events } = await here.start(agentEmitting(words.map(token), { error }));
        const seen = await events;
        expect(seen.filter(({ type }) => type === "done" || type === "error")).toHaveLength(1);
        expect(seen.filter(({ type }) => type === "credit_settled")).toHaveLength(1);
        expect(endOf(seen)).toMatchObject({ code, message });
        expect(seen[0]?.type).toBe("page_start");
        await live.ended;
        expect(await here.store.runs.get("u", live.runId)).toMatchObject({
          status: "failed",
          error: { code, message },
        });
        const messages = await messagesOf(here.store, live.threadKey);
        expect(messages.map(({ content }) => content)).toEqual(words.length > 0 ? ["hi", "so far"] : ["hi"]);
        expect(here.registry.get(live.runId)).toBeUndefined();
      });
    }
  }

  test("at the model's limit says so once: not for a title after the answer, nor for a draft before it", async () => {
    const cut: string[] = [];
    const replica = await harness({ logger: { reachedLength: (_, model) => void cut.push(model) } });
    const answers = (...reasons: readonly (readonly [text: string | null, reason: FinishReason])[]) =>
      agentOf(async function* ({ answered }) {
        for (const [text, reason] of reasons) {
          if (text !== null) yield token(text);
          answered(reason);
        }
        return {};
      });
    const finishOf = async (agent: ReturnType<typeof answers>) => {
      const { live, events } = await replica.start(agent);
      const end = endOf(await events);
      await live.ended;
      return (end as { readonly finish?: string }).finish;
    };
    expect(await finishOf(answers(["a", "length"], [null, "stop"]))).toBe("length");
    expect(cut).toEqual(["scripted"]);
    expect(await finishOf(answers(["a", "stop"], [null, "length"]))).toBe("stop");
    expect(await finishOf(answers(["a", "length"], ["b", "stop"]))).toBe("stop");
    expect(await finishOf(answers(["a", "tool_calls"]))).toBe("stop");
    expect(await finishOf(answers())).toBe("stop");
    expect(cut).toHaveLength(1);
  });

  test("successfully emits done with the id of its message", async () => {
    const { live, events } = await here.start(agentEmitting([token("the "), token("answer")]));
    const seen = await events;
    const messages = await messagesOf(here.store, live.threadKey);
    expect(endOf(seen)).toEqual({ message_id: messages[1]?.id ?? "", finish: "stop" });
    expect(messages[1]).toMatchObject({ content: "the answer", seq: seen.at(-1)?.seq ?? 0, role: "assistant" });
  });

  test("because its agent fails before the first node has a terminal event", async () => {
    const untitled = { ...agentEmitting([]), title: () => JSON.parse("{") };
    const nowhere = { ...agentEmitting([]), start: "missing" };
    const beginless = { ...agentEmitting([]), begin: () => JSON.parse("{") };
    const circular = agentOf(async function* () {
      yield { type: "node_result", payload: { node: "n", output: 1n } };
      return {};
    });
    for (const agent of [untitled, nowhere, beginless, circular]) {
      expect(endOf(await (await here.start(agent)).events)).toMatchObject({ code: "internal" });
    }
  });

  test("because its graph goes in circles has a terminal event", async () => {
    const [node] = agentEmitting([]).nodes;
    if (node === undefined) throw new Error("no node");
    const circles = { ...agentEmitting([]), nodes: [{ ...node, next: () => "node" }] };
    expect(endOf(await (await here.start(circles)).events)).toMatchObject({ code: "internal" });
  });

  test("stores nothing that a node which ignores its signal emits afterwards", async () => {
    const [called, resume, emitted] = [0, 1, 2].map(() => Promise.withResolvers<void>());
    const stubborn = agentOf(async function* () {
      yield token("before");
      called?.resolve();
      await resume?.promise;
      try {
        yield token("after");
      } finally {
        emitted?.resolve();
      }
      return {};
    });
    const { live, events } = await here.start(stubborn);
    await called?.promise;
    live.abort(new RunError("cancelled", "Stop."));
    const seen = await events;
    resume?.resolve();
    await emitted?.promise;
    expect(await logOf(here.store, live.threadKey)).toEqual([...seen]);
    expect(answerIn(seen)).toBe("before");
  });

  test("ends a second after it was stopped, even if a node never heeds its signal", async () => {
    const deaf = agentOf(async function* () {
      yield token("words");
      return await hanging();
    });
    const { live, events } = await here.start(deaf);
    await here.runs.cancel("u", live.runId, false, live.signal);
    const seen = await events;
    expect(endOf(seen)).toMatchObject({ code: "cancelled", recoverable: false });
    await live.ended;
    expect(await here.store.runs.get("u", live.runId)).toMatchObject({ status: "cancelled" });
  });

  test("too late times out", async () => {
    // Time is counted in steps of a 64th.
    const steps = heldSleeps(77);
    const short = await harness({ store: here.store, system: steps.system, runTimeoutMs: 64 * 77 });
    const endless = agentOf(async function* (context) {
      yield token("words");
      while (!context.signal.aborted) {
        steps.end();
        await new Promise(setImmediate);
      }
      context.signal.throwIfAborted();
      return {};
    });
    const { live, events } = await short.start(endless);
    const seen = await events;
    expect(endOf(seen)).toMatchObject({ code: "timeout", recoverable: true });
    expect(answerIn(seen)).toBe("words");
    await live.ended;
    expect(await here.store.runs.get("u", live.runId)).toMatchObject({ status: "failed" });
  });

  test("without streaming emits its whole answer as one token, even when it failed", async () => {
    for (const thrown of [undefined, { error: new Error("late") }]) {
      const agent = agentEmitting([token("one "), token("two")], thrown);
      const seen = await (await here.start(agent, { streamTokens: false })).events;
      expect(seen.filter(({ type }) => type === "token").map(({ json }) => json)).toEqual(['{"delta":"one two"}']);
    }
  });
});

describe("a cancel", () => {
  const nobody = new AbortController().signal;
  const wordAgent = () =>
    agentOf(async function* (context) {
      yield token("so far");
      await untilAborted(context);
      context.signal.throwIfAborted();
      return {};
    });

  test("with wait returns when the run has ended, and its text so far is stored", async () => {
    const { live, events } = await here.start(wordAgent());
    while (answerIn(await logOf(here.store, live.threadKey)) === "") await new Promise(setImmediate);
    expect(await here.runs.cancel("u", live.runId, true, nobody)).toMatchObject({ status: "cancelled" });
    expect(endOf(await events)).toMatchObject({ code: "cancelled" });
    expect((await messagesOf(here.store, live.threadKey)).at(-1)).toMatchObject({ content: "so far" });
  });

  test("that is repeated, concurrent with another, or after the end changes nothing", async () => {
    const { live, events } = await here.start(wordAgent());
    const both = [1, 2].map(() => here.runs.cancel("u", live.runId, true, nobody));
    for (const run of await Promise.all(both)) expect(run).toMatchObject({ status: "cancelled" });
    expect(await here.runs.cancel("u", live.runId, true, nobody)).toMatchObject({ status: "cancelled" });
    expect((await events).filter(({ type }) => type === "error")).toHaveLength(1);

    const done = await here.start(agentEmitting([token("done")]));
    await done.live.ended;
    expect(await here.runs.cancel("u", done.live.runId, true, nobody)).toMatchObject({ status: "succeeded" });
    expect((await logOf(here.store, done.live.threadKey)).at(-1)?.type).toBe("done");
  });

  test("of another user's run, or of an unknown one, finds nothing and stops nothing", async () => {
    const { live } = await here.start(wordAgent());
    expect(await here.runs.cancel("somebody", live.runId, true, nobody)).toBeNull();
    expect(await here.runs.cancel("u", "never was", true, nobody)).toBeNull();
    expect(live.signal.aborted).toBe(false);
    await here.runs.cancel("u", live.runId, true, nobody);
  });

  test("at any moment of a run leaves exactly one terminal event", async () => {
    for (let turns = 0; turns < 12; turns++) {
      const { live, events } = await here.start(agentEmitting([token("a"), token("b")]));
      for (let i = 0; i < turns; i++) await new Promise(setImmediate);
      const run = await here.runs.cancel("u", live.runId, true, nobody);
      const seen = await events;
      expect(seen.filter(({ type }) => type === "done" || type === "error")).toHaveLength(1);
      expect(run?.status).toBe(seen.at(-1)?.type === "done" ? "succeeded" : "cancelled");
    }
  });
});
