import { expect, test } from "bun:test";
import type { AnswerDetail, AnswerPart } from "../../src/domain/answer.ts";
import type { ThreadKey } from "../../src/domain/thread.ts";
import type { Store } from "../../src/store/contract.ts";
import type { NewRun } from "../../src/store/log/contract.ts";
import type { RunEnd } from "../../src/store/log/contract-run-end.ts";
import { appended, endAt, newRun, started } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

/** Writes a turn; `message` null: the run ended without an answer. Returns the seq of its end. */
const turn = async (
  store: Store,
  key: ThreadKey,
  question: string,
  message: RunEnd["message"],
  input: Partial<NewRun["input"]> = {},
): Promise<number> => {
  const run = newRun(key, { message: question });
  const { fence, lastSeq } = await started(store, { ...run, input: { ...run.input, ...input } });
  await appended(store, fence, lastSeq + 1);
  await store.runs.finish(fence, endAt(fence, lastSeq + 2, { message }));
  return lastSeq + 2;
};

const answer = (content: string, ...parts: readonly AnswerPart[]): RunEnd["message"] => ({
  id: "m",
  content,
  detail: JSON.stringify({ parts } satisfies AnswerDetail),
});
export const storeReadsRecentTurns = (under: StoreUnderTest): void => {
  const recent = (key: ThreadKey, beforeSeq: number, maxChars: number) =>
    under.store.threads.recentTurns(key, beforeSeq, { maxChars, model: "a,b" });

  test("are whole turns, as many of the newest as fit, oldest first", async () => {
    const { store, thread } = under;
    const key = thread();
    for (const [at, question] of ["aaaa", "bbbb", "cccc"].entries()) {
      await turn(store, key, question, { id: "m", content: String(at).repeat(10) });
    }
    const texts = async (beforeSeq: number, maxChars: number) =>
      (await recent(key, beforeSeq, maxChars)).map(({ question, content }) => [question, content]);
    const all = [
      ["aaaa", "0000000000"],
      ["bbbb", "1111111111"],
      ["cccc", "2222222222"],
    ];
    expect(await texts(100, 42)).toEqual(all);
    expect(await texts(100, 41)).toEqual(all.slice(1));
    expect(await texts(100, 28)).toEqual(all.slice(1));
    expect(await texts(100, 27)).toEqual(all.slice(2));
    expect(await texts(100, 13)).toEqual([]);
    expect(await texts(5, 14)).toEqual(all.slice(1, 2));
    expect(await texts(1, 1_000)).toEqual([]);
    expect(await recent("u1:unknown", 9, 9)).toEqual([]);
  });

  test("include turns without an answer, and answers that were stored without detail", async () => {
    const { store, thread } = under;
    const key = thread();
    await turn(store, key, "first", null);
    await turn(store, key, "second", { id: "m", content: "old", detail: null });
    await turn(store, key, "third", null);
    const nothing = { images: [], parts: [], rounds: [] };
    expect(await recent(key, 100, 100)).toEqual([
      { question: "first", content: "", ...nothing },
      { question: "second", content: "old", ...nothing },
      { question: "third", content: "", ...nothing },
    ]);
  });

  test("have the order of text and tool calls, without reasoning, sources and tables", async () => {
    const { store, thread } = under;
    const key = thread();
    const nul = String.raw`{"text":"NUL \u0000 and half \ud83c"}`;
    const detail = `{"parts":[{"type":"reasoning","text":"secret"},{"type":"text","length":2},
      {"type":"tool_call","tool_call_id":"c","name":"look","input":{},"round":1,"output":${nul},"is_error":false},
      {"type":"sources","items":[]},{"type":"text","length":3}],"table_data":{"columns":[],"rows":[]}}`;
    await turn(store, key, "q", { id: "m", content: "ab def", detail });
    const [found] = await recent(key, 100, 100);
    expect(found?.parts as unknown).toEqual([
      { type: "text", length: 2 },
      {
        type: "tool_call",
        tool_call_id: "c",
        name: "look",
        input: {},
        round: 1,
        output: JSON.parse(nul),
        is_error: false,
      },
      { type: "text", length: 3 },
    ]);
  });

  test("have their images among the last eight, and none before", async () => {
    const { store, thread } = under;
    const key = thread();
    const images = (at: number) => [`data:image/png;base64,AAA${at}`, "https://example.com/ü 😀.png"];
    for (let at = 0; at < 10; at++) await turn(store, key, `${at}`, null, { images: images(at) });
    const turns = await recent(key, 100, 1_000);
    expect(turns.map((found) => found.images)).toEqual(turns.map((_, at) => (at >= 2 ? images(at) : [])));
  });

  test("stop where their answers have too much besides text, but always include the last", async () => {
    const { store, thread } = under;
    const key = thread();
    const heavy: AnswerPart = { type: "reasoning", text: crypto.randomUUID().repeat(30_000) };
    for (const question of ["1", "2", "3", "4"]) await turn(store, key, question, answer("text", heavy));
    expect((await recent(key, 100, 1_000)).map(({ question }) => question)).toEqual(["4"]);
    await turn(store, key, "5", answer("text", ...Array<AnswerPart>(3).fill(heavy)));
    expect((await recent(key, 100, 1_000)).map(({ question }) => question)).toEqual(["5"]);
    // Beyond that its text is all there is of it.
    await turn(store, key, "6", answer("text", { type: "text", length: 4 }, ...Array<AnswerPart>(4).fill(heavy)));
    expect(await recent(key, 100, 1_000)).toMatchObject([{ question: "6", content: "text", parts: [] }]);
  });
};
