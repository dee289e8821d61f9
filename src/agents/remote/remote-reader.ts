import { RunError } from "../../domain/error.ts";
import type { EventBody } from "../../domain/event.ts";
import { isRecord } from "../../domain/json.ts";
import type { Usage } from "../../domain/run.ts";
import type { AnswerReader } from "../../models/answer-reader.ts";
import { ModelError } from "../../models/contract.ts";
import { JsonBounds } from "../../models/json-bounds.ts";
import { handlerOf } from "./event-handlers.ts";
import { cutOff, reported, stopped, tooMuch, unreadable } from "./failures.ts";
import { type Fields, recordsIn } from "./fields.ts";
import type { Notes } from "./notes.ts";
import { RemoteRun } from "./remote-run.ts";
import { answersIn, takeResults } from "./snapshot.ts";
import { reportedUsage } from "./usage.ts";

/** Longest event, in characters. A snapshot of the messages repeats the question's pictures. */
const MAX_EVENT = 8 * 1024 * 1024;

/** The run that was asked for. */
export interface RequestedRun {
  readonly threadId: string;
  readonly runId: string;
  /** The node that runs the agent. */
  readonly node: string;
  /** The id of the turn's message. */
  readonly questionId: string;
}

/** Reads the events of one run of a remote agent. It ends with the run's first end, and reads nothing after it. */
export class RemoteReader implements AnswerReader<EventBody> {
  readonly maxEvent = MAX_EVENT;
  over = false;
  failure: Error | undefined;
  /** What the agent says that it has used; null when it says nothing. */
  usage: Usage | null = null;
  readonly #run: RemoteRun;
  #hasStarted = false;
  /** The run's id as its first event has it. */
  #namedRun: unknown;
  /** What the last snapshot of the messages says in answer to the question. */
  #answers: readonly string[] = [];

  constructor(
    private readonly requested: RequestedRun,
    private readonly notes: Notes,
  ) {
    this.#run = new RemoteRun(requested.node, notes);
  }

  get parts(): EventBody[] {
    return this.#run.parts;
  }

  get emitted(): number {
    return this.#run.emitted;
  }

  /** The tokens of what has been read, by estimate. */
  get tokens(): number {
    return this.#run.tokens;
  }

  get result(): unknown {
    return this.#run.result;
  }

  take(data: string): void {
    if (this.over) return;
    try {
      const excess = new JsonBounds().excess(data);
      if (excess !== null) throw tooMuch(`holds an event with ${excess}`);
      const event: unknown = JSON.parse(data);
      if (!isRecord(event) || typeof event.type !== "string") throw new Error("an event without a type");
      this.#read(event.type, event);
    } catch (error) {
      this.#fail(error instanceof ModelError ? error : unreadable(data, error));
    }
  }

  takeError(data: string): void {
    this.#fail(reported(data));
  }

  takeWhole(body: string): void {
    this.#fail(unreadable(body, "JSON in place of an event stream"));
  }

  end(): void {
    this.#fail(cutOff());
  }

  cut(cause: unknown): void {
    this.#fail(cutOff(cause));
  }

  exceed(what: string): void {
    this.#fail(tooMuch(what));
  }

  #read(type: string, event: Fields): void {
    if (type !== "TOOL_CALL_CHUNK" && type !== "RAW") this.#run.calls.endChunked();
    switch (type) {
      case "RUN_STARTED":
        this.#start(event);
        break;
      case "RUN_FINISHED":
        if (this.#isOurs(event)) this.#finish(event);
        else this.notes.note("ended another run than the one that it began; that end was ignored");
        break;
      case "RUN_ERROR":
        this.usage = reportedUsage(event);
        this.#fail(reported(JSON.stringify({ code: event.code, message: event.message })));
        break;
      case "MESSAGES_SNAPSHOT":
        takeResults(event, this.#run);
        this.#answers = answersIn(event, this.requested.questionId);
        break;
      default: {
        const handle = handlerOf(type);
        if (handle === undefined)
          this.notes.note("sends events of types that AG-UI 1.0 does not have; they are ignored");
        else handle(this.#run, event);
      }
    }
  }

  /** What arrives on this connection is this run's, whatever its name: many servers name runs by themselves. */
  #start({ threadId, runId }: Fields): void {
    if (this.#hasStarted) {
      this.notes.note("began its run twice; the second beginning was ignored");
      return;
    }
    this.#hasStarted = true;
    this.#namedRun = runId;
    const isSame = threadId === this.requested.threadId && runId === this.requested.runId;
    if (!isSame) this.notes.note("names another thread or run than the one that was asked for; the names are ignored");
  }

  #isOurs({ runId }: Fields): boolean {
    return runId === undefined || runId === null || runId === this.requested.runId || runId === this.#namedRun;
  }

  #finish(event: Fields): void {
    this.usage = reportedUsage(event);
    const outcome = isRecord(event.outcome) ? event.outcome : {};
    if (outcome.type === "cancelled") {
      this.#fail(stopped());
      return;
    }
    if (outcome.type === "interrupt") {
      this.#run.custom.add("interrupt", recordsIn(outcome, "interrupts"));
      this.#fail(INTERRUPTED);
      return;
    }
    this.#run.end(true);
    if (!this.#run.texts.hasText) {
      for (const [at, text] of this.#answers.entries()) this.#run.text(`snapshot ${at}`, text);
      this.#run.end(true);
    }
    this.#run.result = event.result ?? undefined;
    this.over = true;
  }

  #fail(failure: Error): void {
    if (this.over) return;
    this.over = true;
    this.failure = failure;
    // What was read of a failed run is part of the answer, too.
    this.#run.end(false);
  }
}

const INTERRUPTED = new RunError(
  "tool_failed",
  "The agent waits for a decision of a person, which cannot be passed on to it from here.",
);
