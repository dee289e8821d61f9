import { isTerminal } from "../../src/domain/event.ts";
import type { NativeEvent } from "../support/native-events.ts";
import { payloadsOf } from "../support/native-events.ts";
import type { RelayedView, View } from "./client.ts";
import { answerTo, type Question } from "./question.ts";
import type { StandIn } from "./stand-in.ts";
import type { StoredThread } from "./stored.ts";

/** What can be wrong, and how often it was. */
export const FAULTS = ["lost", "doubled", "reordered", "altered", "unfinished", "repeated", "other"] as const;
export type FaultKind = (typeof FAULTS)[number];

export interface Fault {
  readonly kind: FaultKind;
  readonly message: string;
}

/**
 * Compares what clients have seen of a thread's runs with its log, its messages and what the stand-in has counted. Reads
 * each event once for each client.
 */
export const faultsOf = (
  thread: StoredThread,
  views: readonly View[],
  relayed: readonly RelayedView[],
  model: Pick<StandIn, "asked" | "called" | "stepped">,
): readonly Fault[] => {
  const faults: Fault[] = [];
  const add = (kind: FaultKind, message: string): void => void faults.push({ kind, message });
  const bySeq = new Map<number, string>();
  const runAt = new Map<number, string>();
  const runs = new Map<string, NativeEvent[]>();
  let lastSeq = 0;
  for (const { event, data } of thread.frames) {
    const { seq } = event;
    if (seq <= lastSeq) add(bySeq.has(seq) ? "doubled" : "reordered", `the log has ${seq} after ${lastSeq}`);
    if (seq > lastSeq + 1) add("lost", `the log goes on from ${lastSeq} with ${seq}`);
    lastSeq = Math.max(lastSeq, seq);
    bySeq.set(seq, data);
    runAt.set(seq, event.run_id);
    const run = runs.get(event.run_id);
    if (run === undefined) runs.set(event.run_id, [event]);
    else run.push(event);
  }
  if (thread.activeRun !== null) add("unfinished", `a run is active: ${JSON.stringify(thread.activeRun)}`);
  const answers = thread.messages.filter(({ role }) => role === "assistant");
  const questions = thread.messages.filter(({ role }) => role === "user");
  if (questions.length !== views.length + relayed.length)
    add("doubled", `${views.length + relayed.length} questions are stored as ${questions.length}`);
  const checked = [...views, ...relayed];
  for (const { question } of checked) {
    const message = questions.find(({ content }) => content.includes(`"${question.id}"`));
    const runId = runAt.get(message?.seq ?? 0);
    const events = runs.get(runId ?? "");
    if (events === undefined) {
      add("lost", `${question.id} has no run`);
      continue;
    }
    checkRun(question, events, model, add);
    const answer = answers.find(({ run_id }) => run_id === runId);
    if (answer?.content !== answerTo(question))
      add("altered", `${question.id}: ${firstDifference(answer?.content ?? "", answerTo(question))}`);
  }
  for (const view of views) checkView(view, bySeq, add);
  for (const { question, text, end } of relayed) {
    if (end === "failed") add("other", `${question.id}: a client without an end of its own was told a failure`);
    if (end === "ended early") add("other", `${question.id}: a stream ended in order without its terminal frame`);
    if (end === "completed" ? text !== answerTo(question) : !answerTo(question).startsWith(text))
      add("altered", `${question.id} by /stream/v2: ${firstDifference(text, answerTo(question))}`);
  }
  return faults;
};

type Add = (kind: FaultKind, message: string) => void;

const checkRun = (
  question: Question,
  events: readonly NativeEvent[],
  model: Pick<StandIn, "asked" | "called" | "stepped">,
  add: Add,
): void => {
  const { id } = question;
  const terminals = events.filter(({ type }) => isTerminal(type));
  const last = events.at(-1);
  if (terminals.length !== 1 || last !== terminals[0])
    add(
      terminals.length > 1 ? "doubled" : "unfinished",
      `${id} has ${terminals.length} terminal events, and ends with ${last?.type}`,
    );
  if (last?.type !== "done") add("unfinished", `${id} ended with ${JSON.stringify(last)}`);
  for (const type of ["page_start", "custom", "credit_settled"] as const) {
    const count = events.filter((event) => event.type === type).length;
    if (count !== 1) add(count === 0 ? "lost" : "doubled", `${id} has ${count} times ${type}`);
  }
  const text = payloadsOf(events, "token")
    .map(({ delta }) => delta)
    .join("");
  if (text !== answerTo(question)) add("altered", `${id} in the log: ${firstDifference(text, answerTo(question))}`);
  const progress = payloadsOf(events, "solve_progress").map(({ node, status }) => `${node} ${status}`);
  if (new Set(progress).size !== progress.length)
    add("doubled", `${id} told the same progress twice: ${progress.join(", ")}`);
  checkWork(question, events, model, add);
};

/**
 * What an attempt at a run has stored, later ones do not do again. An attempt begins in the log before it does anything
 * that is stored, so as many attempts as had begun by then may have done it.
 */
const checkWork = (
  { id, calls }: Question,
  events: readonly NativeEvent[],
  model: Pick<StandIn, "asked" | "called" | "stepped">,
  add: Add,
): void => {
  let attempts = 1;
  let rounds = 0;
  let isPrepared = false;
  const started = new Map<string, number>();
  /** Attempts that died before they had told of themselves show in the number of the next one. */
  const most = (what: string, made: number, allowed: number): void => {
    if (made > allowed) add("repeated", `${id}: ${what} was made ${made} times in ${allowed} attempts that needed it`);
    if (made === 0) add("lost", `${id}: ${what} was never made`);
  };
  for (const { type, payload } of events) {
    if (type === "attempt_started") attempts = payload.attempt;
    if (type === "solve_progress" && payload.node === "tell" && !isPrepared) {
      isPrepared = true;
      most("the step", model.stepped(id), attempts);
    }
    if (type === "tool_start") {
      if (started.has(payload.tool_call_id)) add("doubled", `${id} started ${payload.tool_call_id} twice`);
      started.set(payload.tool_call_id, attempts);
      most(`the model call of round ${rounds}`, model.asked(id, rounds), attempts);
      rounds++;
    }
    if (type === "tool_result") {
      const before = started.get(payload.tool_call_id);
      const call = started.size - 1;
      if (before === undefined) add("reordered", `${id} has a result of ${payload.tool_call_id} before it started`);
      else most(`the call ${call} of the tool`, model.called(id, call), attempts - before + 1);
      if (payload.is_error) add("other", `${id}: the tool failed: ${JSON.stringify(payload.output)}`);
    }
  }
  if (rounds !== calls) add("lost", `${id} called the tool ${rounds} times, not ${calls}`);
  most(`the last model call`, model.asked(id, rounds), attempts);
};

const checkView = (view: View, bySeq: ReadonlyMap<number, string>, add: Add): void => {
  const { question, frames, trouble } = view;
  if (trouble !== null) {
    add("unfinished", `the client of ${question.id}: ${trouble}`);
    return;
  }
  let previous: number | undefined;
  for (const { id, event, data } of frames) {
    const seq = Number(id?.slice(id.lastIndexOf(":") + 1));
    const where = `the client of ${question.id} got ${event} ${id}`;
    if (previous !== undefined && seq === previous) add("doubled", `${where} twice`);
    else if (previous !== undefined && seq < previous) add("reordered", `${where} after ${previous}`);
    else if (previous !== undefined && seq > previous + 1) add("lost", `${where} after ${previous}`);
    if (bySeq.get(seq) !== data) add("altered", `${where} as ${data}, and the log has ${bySeq.get(seq)}`);
    previous = seq;
  }
  if (frames[0]?.event !== "page_start") add("lost", `the client of ${question.id} began with ${frames[0]?.event}`);
  if (frames.at(-1)?.event !== "done")
    add("unfinished", `the client of ${question.id} ended with ${frames.at(-1)?.data}`);
};

const AROUND = 40;

const firstDifference = (text: string, expected: string): string => {
  let at = 0;
  while (at < text.length && text[at] === expected[at]) at++;
  const from = Math.max(0, at - AROUND);
  return `at ${at} of ${expected.length} it says ${JSON.stringify(text.slice(from, at + AROUND))}, not ${JSON.stringify(expected.slice(from, at + AROUND))}`;
};
