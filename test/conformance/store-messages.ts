import { expect, test } from "bun:test";
import fc from "fast-check";
import type { AnswerDetail } from "../../src/domain/answer.ts";
import type { ThreadKey } from "../../src/domain/thread.ts";
import type { Store } from "../../src/store/contract.ts";
import { messagesOf } from "../support/messages-of.ts";
import { endAt, endBehind, newRun, started } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const PLENTY = { limit: 1_000, maxBytes: 1_000_000, before: null };
const DETAIL: AnswerDetail = {
  parts: [
    { type: "text", length: 2 },
    { type: "tool_call", tool_call_id: "c", name: "f", input: { a: "\u0001 '\"\\ 여울" }, output: [null, 1] },
  ],
  table_data: { columns: ["a"], rows: [["1"]] },
};

/** A turn whose answer, if it has one, is `gap` events after its question. */
interface Turn {
  readonly question: string;
  readonly answer: string | null;
  readonly gap: number;
}
const write = async (store: Store, key: ThreadKey, turns: readonly Turn[]): Promise<void> => {
  for (const { question, answer, gap } of turns) {
    const { fence, lastSeq } = await started(store, newRun(key, { message: question }));
    const message = answer === null ? null : { id: `a ${lastSeq}`, content: answer };
    await store.runs.finish(fence, endBehind(fence, lastSeq, gap, { message }));
  }
};

export const storePagesMessages = (under: StoreUnderTest): void => {
  test("a message has the end of its run, and an answer also its detail besides the text", async () => {
    const { store, thread } = under;
    const key = thread();
    const run = newRun(key, { message: "q" });
    const { fence } = await started(store, run);
    const usage = { inputTokens: 3, outputTokens: 4 };
    const end = {
      status: "cancelled",
      usage,
      message: { id: "m", content: "hi", detail: JSON.stringify(DETAIL) },
    } as const;
    await store.runs.finish(fence, endBehind(fence, 0, 4, end));
    const { messages, hasMore } = await store.threads.messagePage(key, PLENTY);
    const common = { runId: run.runId, status: "cancelled", usage, firstSeq: null, supersededBy: null } as const;
    expect(messages).toEqual([
      { ...common, id: run.messageId, role: "user", content: "q", seq: 1, createdAt: 1_000, detail: null, bytes: 1 },
      {
        ...common,
        ...{ id: "m", role: "assistant", content: "hi", seq: 5, createdAt: 2_000, detail: DETAIL },
        bytes: 2 + Buffer.byteLength(JSON.stringify(DETAIL)),
      },
    ]);
    expect(hasMore).toBe(false);
  });

  test("an answer that was stored without detail has the seq at which its run's events begin", async () => {
    const { store, thread } = under;
    const key = thread();
    await write(store, key, [
      { question: "q", answer: "a", gap: 3 },
      { question: "q", answer: "a", gap: 2 },
    ]);
    const { messages } = await store.threads.messagePage(key, PLENTY);
    expect(messages.map(({ seq, detail, firstSeq }) => ({ seq, detail, firstSeq }))).toEqual([
      { seq: 1, detail: null, firstSeq: null },
      { seq: 4, detail: null, firstSeq: 1 },
      { seq: 5, detail: null, firstSeq: null },
      { seq: 7, detail: null, firstSeq: 5 },
    ]);
  });

  test("a thread that does not exist has none, and there are none before the first message", async () => {
    const { store, thread } = under;
    const key = thread();
    await write(store, key, [{ question: "q", answer: "a", gap: 0 }]);
    for (const [of, before] of [
      [thread(), null],
      [key, 1],
      [key, 0],
    ] as const) {
      expect(await store.threads.messagePage(of, { ...PLENTY, before })).toEqual({ messages: [], hasMore: false });
    }
  });

  test("a page ends before the message that does not fit, except the newest, and says whether there are more", async () => {
    const { store, thread } = under;
    const key = thread();
    await write(store, key, [
      { question: "가나", answer: "1234", gap: 1 },
      { question: "56", answer: "x".repeat(20), gap: 1 },
    ]);
    const page = async (limit: number, maxBytes: number, before: number | null = null) => {
      const { messages, hasMore } = await store.threads.messagePage(key, { limit, maxBytes, before });
      return [messages.map(({ seq }) => seq), hasMore];
    };
    expect(await page(4, 32)).toEqual([[1, 2, 3, 4], false]);
    expect(await page(4, 31)).toEqual([[2, 3, 4], true]);
    expect(await page(4, 22)).toEqual([[3, 4], true]);
    expect(await page(4, 1)).toEqual([[4], true]);
    expect(await page(3, 99)).toEqual([[2, 3, 4], true]);
    expect(await page(1, 99)).toEqual([[4], true]);
    expect(await page(2, 99, 3)).toEqual([[1, 2], false]);
    expect(await page(9, 5, 3)).toEqual([[2], true]);
    expect(await page(9, 1, 2)).toEqual([[1], false]);
  });

  test("pages give each message once, in order, for any limit and bound", async () => {
    const { store, thread } = under;
    // No gap: question and answer have the same seq, which no real run has.
    const turn = fc.record({
      question: fc.string({ maxLength: 30 }),
      answer: fc.option(fc.string({ unit: "grapheme", maxLength: 60 }), { nil: null }),
      gap: fc.nat(2),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(turn, { maxLength: 7 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 120 }),
        async (turns, limit, maxBytes) => {
          const key = thread();
          await write(store, key, turns);
          const paged: string[] = [];
          let before: number | null = null;
          for (;;) {
            const { messages, hasMore }: Awaited<ReturnType<Store["threads"]["messagePage"]>> =
              await store.threads.messagePage(key, { limit, maxBytes, before });
            paged.unshift(...messages.map(({ id }) => id));
            const [first] = messages;
            if (messages.filter(({ seq }) => seq !== first?.seq).length >= limit) throw new Error("a page is too long");
            if (!hasMore) break;
            if (first === undefined) throw new Error("there are more, and nothing was given");
            before = first.seq;
          }
          expect(paged).toEqual((await messagesOf(store, key)).map(({ id }) => id));
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);

  test("a fork's messages have the detail of their originals", async () => {
    const { store, thread } = under;
    const [from, to] = [thread(), thread()];
    const { fence } = await started(store, newRun(from));
    const checkpoint = { checkpointId: "p", seq: 1, node: "n", change: "{}", at: 1 };
    const message = { id: "m", content: "hi", detail: JSON.stringify(DETAIL) };
    await store.runs.finish(fence, endBehind(fence, 0, 1, { checkpoints: [checkpoint], message }));
    const whole = { from, to, checkpoint, through: 2, partial: null, now: 5 };
    expect(await store.threads.fork(whole)).toMatchObject({ threadKey: to });
    expect((await store.threads.messagePage(to, PLENTY)).messages.at(-1)?.detail).toEqual(DETAIL);
    const other = thread();
    const end = { ...endAt(fence, 2, { message: { ...message, id: "cut" } }) };
    const partial = { runId: fence.runId, newRunId: "new", end };
    expect(await store.threads.fork({ ...whole, to: other, through: 1, partial })).toMatchObject({ threadKey: other });
    expect((await store.threads.messagePage(other, PLENTY)).messages.at(-1)).toMatchObject({
      ...{ id: "cut", runId: "new", status: "succeeded", detail: DETAIL },
    });
  });
};
