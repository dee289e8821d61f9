import { expect, test } from "bun:test";
import type { NativeEvent } from "../support/native-events.ts";
import { faultsOf } from "./checker.ts";
import type { RelayedView, View } from "./client.ts";
import { faultsOfFold, faultsOfLook, type Look } from "./look.ts";
import { answerTo, type Question, roundText } from "./question.ts";
import type { StoredFrame, StoredThread } from "./stored.ts";

const question: Question = { id: "q", calls: 1, words: 4, pauseMs: 1, seam: "exact", space: "before" };
const reader = { question, userId: "u", threadId: "t" };
const call = { tool_call_id: "call_0", name: "count" };
const BODIES = [
  { type: "page_start", payload: { title: "" } },
  { type: "custom", payload: { name: "preparing", data: {} } },
  { type: "solve_progress", payload: { node: "tell", stage: "tell", status: "in_progress", message: "" } },
  { type: "token", payload: { delta: roundText(question, 0) } },
  { type: "tool_start", payload: { ...call, input: {} } },
  { type: "tool_result", payload: { ...call, output: {}, is_error: false } },
  { type: "attempt_started", payload: { attempt: 2, reason: "takeover" } },
  { type: "token", payload: { delta: `\n\n${roundText(question, 1)}` } },
  { type: "credit_settled", payload: { input_tokens: 1, output_tokens: 1, credits: 1 } },
  { type: "done", payload: { message_id: "m", finish: "stop" } },
];

const frame = (body: object, seq: number): StoredFrame => {
  const event = { ...body, thread_id: "t", run_id: "r", seq, at: "2026-01-01T00:00:00.000Z" } as NativeEvent;
  return { event, data: JSON.stringify(event) };
};
const FRAMES = BODIES.map((body, at) => frame(body, at + 1));

const threadOf = (frames: readonly StoredFrame[], content = answerTo(question)): StoredThread => ({
  frames,
  messages: [
    { role: "user", content: JSON.stringify(question), seq: 1 },
    { role: "assistant", content, seq: 2, run_id: "r" },
  ],
  activeRun: null,
});
const viewOf = (frames: readonly StoredFrame[], trouble: string | null = null): View => ({
  ...reader,
  frames: frames.map(({ event, data }) => ({ id: `t:${event.seq}`, event: event.type, data })),
  reconnects: 0,
  trouble,
});
const counts = (modelCalls = 1, toolCalls = 1, steps = 1) => ({
  asked: () => modelCalls,
  called: () => toolCalls,
  stepped: () => steps,
});

const kinds = (thread: StoredThread, view: View, model = counts(), relayed: readonly RelayedView[] = []) => [
  ...new Set(faultsOf(thread, [view], relayed, model).map(({ kind }) => kind)),
];

test("a run that is told as it is stored has no fault", () => {
  expect(faultsOf(threadOf(FRAMES), [viewOf(FRAMES)], [], counts())).toEqual([]);
});

test("what a client has lost, got twice or in another order is found", () => {
  const thread = threadOf(FRAMES);
  expect(kinds(thread, viewOf(FRAMES.toSpliced(3, 1)))).toEqual(["lost"]);
  expect(kinds(thread, viewOf(FRAMES.toSpliced(3, 0, ...FRAMES.slice(3, 4))))).toEqual(["doubled"]);
  expect(kinds(thread, viewOf([...FRAMES.slice(0, 6), ...FRAMES.slice(4)]))).toEqual(["reordered"]);
  expect(kinds(thread, viewOf(FRAMES.slice(1)))).toEqual(["lost"]);
});

test("an answer that is not the stored one, or not finished, is found", () => {
  const other = FRAMES.with(3, frame({ type: "token", payload: { delta: "Well." } }, 4));
  expect(kinds(threadOf(FRAMES), viewOf(other))).toEqual(["altered"]);
  expect(kinds(threadOf(other), viewOf(other))).toEqual(["altered"]);
  expect(kinds(threadOf(FRAMES, "Well."), viewOf(FRAMES))).toEqual(["altered"]);
  expect(kinds(threadOf(FRAMES), viewOf(FRAMES.slice(0, -1)))).toEqual(["unfinished"]);
  expect(kinds(threadOf(FRAMES), viewOf(FRAMES, "it gave up"))).toEqual(["unfinished"]);
  expect(kinds(threadOf(FRAMES.slice(0, -1)), viewOf(FRAMES.slice(0, -1)))).toEqual(["unfinished"]);
});

test("a gap in the log itself, and a second terminal event, are found", () => {
  const gap = FRAMES.toSpliced(3, 1);
  expect(kinds(threadOf(gap), viewOf(gap))).toEqual(["lost", "altered"]);
  const twice = [...FRAMES, frame(BODIES.at(-1) ?? {}, FRAMES.length + 1)];
  expect(kinds(threadOf(twice), viewOf(FRAMES))).toEqual(["doubled"]);
});

test("work that was done again although its result was stored is found", () => {
  // The second attempt began after the first round and the tool's result were stored, and asked for the last round.
  const { length } = faultsOf(threadOf(FRAMES), [viewOf(FRAMES)], [], {
    ...counts(),
    asked: (_, round) => (round === 0 ? 1 : 2),
  });
  expect(length).toBe(0);
  expect(kinds(threadOf(FRAMES), viewOf(FRAMES), counts(2))).toEqual(["repeated"]);
  expect(kinds(threadOf(FRAMES), viewOf(FRAMES), counts(1, 2))).toEqual(["repeated"]);
  expect(kinds(threadOf(FRAMES), viewOf(FRAMES), counts(1, 1, 2))).toEqual(["repeated"]);
});

test("what a client that does not come back was told wrongly is found", () => {
  const kindsOf = (text: string, end: RelayedView["end"]) =>
    faultsOf(threadOf(FRAMES), [], [{ ...reader, text, end }], counts()).map(({ kind }) => kind);
  expect(kindsOf(answerTo(question), "completed")).toEqual([]);
  expect(kindsOf(answerTo(question).slice(0, 9), "cut")).toEqual([]);
  expect(kindsOf(answerTo(question).slice(0, 9), "completed")).toEqual(["altered"]);
  expect(kindsOf("Well.", "cut")).toEqual(["altered"]);
  expect(kindsOf(answerTo(question).slice(0, 9), "failed")).toEqual(["other"]);
  expect(kindsOf(answerTo(question), "ended early")).toEqual(["other"]);
});

test("a look that has lost events, got others or a reset without need, or ended early is found", () => {
  const all = threadOf(FRAMES);
  const seen = viewOf(FRAMES).frames;
  const known = { userId: "u", threadId: "t", last: 5 };
  const lookAt = (after: number | null, frames: Look["frames"], end: Look["end"] = "read", mayBeGone = false) =>
    faultsOfLook({ ...known, after, frames, end }, all, { mayBeGone }).map(({ kind }) => kind);
  const reset = { id: "t:4", event: "reset", data: "{}" };
  expect(lookAt(2, seen.slice(2, 6))).toEqual([]);
  expect(lookAt(9, [reset, ...seen.slice(4)], "read to the end")).toEqual([]);
  expect(lookAt(null, [reset, ...seen.slice(4)])).toEqual([]);
  expect(lookAt(5, [], "nothing")).toEqual([]);
  expect(lookAt(2, seen.slice(2, 4), "gone", true)).toEqual([]);
  expect(lookAt(2, seen.slice(3))).toEqual(["lost"]);
  expect(lookAt(2, seen.slice(1, 4))).toEqual(["doubled"]);
  expect(lookAt(2, [reset, ...seen.slice(4)])).toEqual(["lost"]);
  expect(lookAt(2, seen.slice(2).with(0, { ...reset, id: "t:3", event: "token" }))).toEqual(["altered"]);
  expect(lookAt(2, seen.slice(2, 6), "read to the end")).toEqual(["unfinished"]);
  expect(lookAt(null, seen.slice(2, 4))).toEqual(["other"]);
  expect(lookAt(2, [], "nothing")).toEqual(["lost"]);
  expect(lookAt(2, [], "gone")).toEqual(["lost"]);
  expect(lookAt(2, [], "refused")).toEqual(["other"]);
});

test("what a look at a folded run, or its fold, has wrongly is found", () => {
  const token = (delta: string, seq: number) => frame({ type: "token", payload: { delta } }, seq);
  const end = frame(BODIES.at(-1) ?? {}, 6);
  const head = FRAMES.slice(0, 2);
  const before = threadOf([...head, token("a", 3), token("b", 4), token("c", 5), end]);
  const folded = threadOf([...head, token("abc", 5), end]);
  const known = { userId: "u", threadId: "t", last: 6, end: "read" } as const;
  const sentBy = (thread: StoredThread) => viewOf(thread.frames).frames;
  const reset = { id: "t:5", event: "reset", data: "{}" };
  const lookAt = (after: number, frames: Look["frames"]) =>
    faultsOfLook({ ...known, after, frames }, before, { folded }).map(({ kind }) => kind);
  expect(lookAt(0, sentBy(folded))).toEqual([]);
  expect(lookAt(0, sentBy(before))).toEqual([]);
  expect(lookAt(2, sentBy(folded).slice(2))).toEqual([]);
  expect(lookAt(3, [reset, ...sentBy(folded).slice(3)])).toEqual([]);
  expect(lookAt(3, sentBy(folded).slice(2))).toEqual(["lost", "altered"]);
  expect(lookAt(1, sentBy(folded).slice(2))).toEqual(["lost", "altered"]);
  expect(faultsOfFold("t", before, folded)).toEqual([]);
  expect(faultsOfFold("t", before, threadOf([...head, token("ab", 5), end]))).toHaveLength(1);
  expect(faultsOfFold("t", before, threadOf([...head, token("abc", 5)]))).toHaveLength(1);
});
