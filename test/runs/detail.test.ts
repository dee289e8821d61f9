import { expect, test } from "bun:test";
import fc from "fast-check";
import { foldAnswer } from "../../src/domain/answer.ts";
import { RunError } from "../../src/domain/error.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { outputEvents } from "../support/answer-events.ts";
import { agentOf, harness, sharedStore } from "../support/harness.ts";
import { tappedStore } from "../support/tapped-store.ts";

const PAGE = { limit: 10, maxBytes: 10_000_000, before: null };
const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test("the detail stored with a message is the fold of its run's events in the log, however the run ends", async () => {
  const { start, store } = await harness();
  const ends = fc.constantFrom(null, new RunError("timeout", "Too long."), new RunError("cancelled", "Stopped."));
  await fc.assert(
    fc.asyncProperty(outputEvents, ends, fc.boolean(), async (bodies, failure, streamTokens) => {
      const agent = agentOf(async function* () {
        yield* bodies;
        if (failure !== null) throw failure;
        return {};
      });
      const { live, events } = await start(agent, { streamTokens });
      const log = await events;
      await live.ended;
      const fold = foldAnswer(log);
      const [, message] = (await store.threads.messagePage(live.threadKey, PAGE)).messages;
      if (failure !== null && !fold.hasAnswer) return expect(message).toBeUndefined();
      const { content, detail, status } = fold.answer();
      expect(message).toMatchObject({ content, status: status ?? "none" });
      expect(stored(message?.detail)).toEqual(stored(detail));
      // The log has no text twice: its tokens, joined, are the emitted text.
      expect(detail.parts.some(({ type }) => type === "text")).toBe(content !== "");
    }),
    { numRuns: 60 },
  );
}, 60_000);

test("an answer of which the store refused a part is stored without detail, so that readers use the log", async () => {
  const real = await sharedStore();
  const { store, taps } = tappedStore(real);
  const appended = Promise.withResolvers<void>();
  let refusals = 0;
  taps.append = async (next, batch) => {
    const refused = await next(batch);
    appended.resolve();
    return refused;
  };
  taps.finish = async (next, fence, end) => {
    if (refusals++ === 0) throw new StoreError("failed", "refused");
    return next(fence, end);
  };
  const { start } = await harness({ store });
  const agent = agentOf(async function* () {
    yield { type: "token", payload: { delta: "so far" } };
    await appended.promise;
    yield { type: "tool_start", payload: { tool_call_id: "c", name: "f", input: {} } };
    return {};
  });
  const { live } = await start(agent);
  await live.ended;
  const { messages } = await real.threads.messagePage(live.threadKey, PAGE);
  expect(refusals).toBe(2);
  expect(messages.map(({ content, detail, firstSeq }) => ({ content, detail, firstSeq }))).toEqual([
    { content: "hi", detail: null, firstSeq: null },
    { content: "so far", detail: null, firstSeq: 1 },
  ]);
});
