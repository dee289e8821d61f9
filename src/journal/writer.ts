import { AnswerFold } from "../domain/answer.ts";
import type { EventBody, EventType, LogEvent } from "../domain/event.ts";
import { SurrogateJoiner, storableText } from "../domain/text.ts";
import type { RoundState } from "../domain/turn.ts";
import type { Append, EarlyWrite, Fence } from "../store/log/contract.ts";
import type { NewCheckpoint } from "../store/log/contract-checkpoints.ts";
import type { Committer } from "./committer.ts";
import type { Ending, Outcome } from "./ending.ts";
import { FlushWaiters } from "./flush-waiters.ts";
import { LastEvents } from "./last-events.ts";
import { LoggedAnswer } from "./logged-answer.ts";
import { PendingEvents } from "./pending-events.ts";
import { PendingRounds } from "./pending-rounds.ts";
import { Verdict } from "./verdict.ts";
import type { WriterOptions } from "./writer-options.ts";

/** The most events of a run that may wait for the store. Beyond that the producer waits. */
export const MAX_UNCOMMITTED = 256;
/** The most of a run that is written with its row, in characters of JSON: rows of many runs share a statement. */
const MAX_EARLY_CHARS = 16 * 1024;

type Delta = Extract<EventBody, { type: "token" | "reasoning" }>;

const NONE: readonly NewCheckpoint[] = [];
const NOTHING: EarlyWrite = { events: [], checkpoints: [] };

/**
 * Writes one run's events to the log. Numbers them, joins consecutive tokens of a node that wait for the same commit,
 * and bounds what waits. Throws only what `JSON.stringify` throws for a payload that is not JSON.
 */
export class RunWriter {
  readonly verdict = new Verdict();
  /** For the committer: the writer is among those to be committed next. */
  isMarked = false;
  readonly #answer: LoggedAnswer;
  readonly #pending = new PendingEvents();
  #checkpoints: readonly NewCheckpoint[] = NONE;
  /** Undefined until there is one: most runs have none. */
  #rounds: PendingRounds | undefined;
  #isHeld: boolean;
  #isInFlight = false;
  #hasEmittedText = false;
  /** How many events are on their way to the store. */
  #inFlight = 0;
  readonly #lastRound: number;
  #lastSeq: number;
  #lastAt: number;
  #closed: Promise<Outcome> | undefined;
  #lastEvents: LastEvents | undefined;
  /** The log has lost some of the run's events; the next ones would not follow. */
  #isTruncated = false;
  /** Undefined until somebody waits. */
  #waiters: FlushWaiters | undefined;
  /** Undefined until there is text of that type. */
  readonly #joiners: { token?: SurrogateJoiner; reasoning?: SurrogateJoiner } = {};

  constructor(
    readonly fence: Fence,
    /** The log's last seq before the run's first event. */
    readonly start: number,
    private readonly committer: Committer<RunWriter>,
    { fold = new AnswerFold(), isHeld = false, lastAt = 0, lastRound = 0 }: WriterOptions = {},
  ) {
    this.#answer = new LoggedAnswer(fold);
    this.#isHeld = isHeld;
    this.#lastSeq = start;
    this.#lastAt = lastAt;
    this.#lastRound = lastRound;
  }

  /** The answer's text as the log will have it: all token deltas so far. */
  get answer(): string {
    return this.#answer.content;
  }

  /** Whether there is an answer to store, even one without text. */
  get hasAnswer(): boolean {
    return this.#answer.hasAnswer;
  }

  /** The rest of the answer (`AnswerDetail`), as JSON. Null when it must be read from the log. */
  get detail(): string | null {
    return this.#answer.detail;
  }

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  get isInFlight(): boolean {
    return this.#isInFlight;
  }

  /** The seq of the run's next event. */
  get next(): number {
    return this.#lastSeq + 1;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** There is something that can be written. */
  get hasPending(): boolean {
    if (this.#isHeld) return false;
    return !this.#isTaken;
  }

  /** Nothing waits for the next commit. */
  get #isTaken(): boolean {
    return this.#pending.length + this.#checkpoints.length === 0 && this.#rounds?.isEmpty !== false;
  }

  /** What waits, to be written with the run's row. It goes on waiting until `release`. Nothing when it is much. */
  early(): EarlyWrite {
    const events = this.#pending.all();
    const chars = [...events.map(({ json }) => json), ...this.#checkpoints.map(({ change }) => change)];
    if (chars.reduce((sum, { length }) => sum + length, 0) > MAX_EARLY_CHARS) return NOTHING;
    this.#answer.taken();
    return { events, checkpoints: this.#checkpoints };
  }

  /** The store has the run now, with what `early` returned, if given: the other events may be written. */
  release(written?: EarlyWrite): void {
    this.#isHeld = false;
    if (written !== undefined) {
      this.committer.published(this, this.#pending.take(written.events.length));
      this.#checkpoints = this.#checkpoints.slice(written.checkpoints.length);
      this.#answer.settled();
      if (this.#isTaken) this.#waiters?.end();
    }
    if (this.hasPending) this.committer.mark(this, this.#hasEmittedText ? "first" : "progress");
  }

  /** Emits one event. Returns a promise when the store is behind; it must be awaited before the next call. */
  emit(body: EventBody, node: string): Promise<void> | undefined {
    if (this.isClosed || this.#isTruncated) {
      this.committer.ignored(this, body.type);
      return undefined;
    }
    if (body.type === "token" || body.type === "reasoning") this.#emitDelta(body, node);
    else {
      const json = storableText(body.payload);
      this.#endOfText(node);
      this.#push(body.type, node, "", json);
      this.#answer.add(body.type, json);
    }
    if (this.#pending.length + this.#inFlight < MAX_UNCOMMITTED) return undefined;
    this.#waiters ??= new FlushWaiters();
    return this.#waiters.wait(this.#isInFlight);
  }

  /** Stores a node's change of state, in the order of the events around it. */
  checkpoint(checkpoint: Omit<NewCheckpoint, "seq" | "at">): void {
    if (this.isClosed || this.#isTruncated) {
      this.committer.ignored(this, "checkpoint");
      return;
    }
    // What is said from here on does not belong to it.
    this.#pending.endOfEvent();
    this.#checkpoints = [...this.#checkpoints, { ...checkpoint, seq: this.#lastSeq, at: this.#now() }];
    this.committer.mark(this, this.#hasEmittedText ? "more" : "progress");
  }

  /** Stores a model's answer that the run goes on from, in the order of the events around it. */
  round(state: RoundState, progress: string): void {
    if (this.isClosed || this.#isTruncated) {
      this.committer.ignored(this, "round");
      return;
    }
    this.#pending.endOfEvent();
    this.#rounds ??= new PendingRounds(this.#lastRound);
    this.#rounds.add(state, { seq: this.#lastSeq, at: this.#now(), progress });
    this.committer.mark(this, "more");
  }

  /** Resolves once everything emitted so far is stored, or the run has ended. It does not wait for other runs' text. */
  flushed(): Promise<void> {
    if (this.isClosed || this.#isTruncated || (this.#isTaken && !this.#isInFlight)) return Promise.resolve();
    if (!this.#isTaken) this.committer.mark(this, "first");
    this.#waiters ??= new FlushWaiters();
    return this.#waiters.wait(this.#isTaken);
  }

  /** Stops writing, without an end: another attempt goes on. Resolves once everything emitted so far is stored. */
  async leave(): Promise<void> {
    await this.flushed();
    this.#closed ??= this.committer.leave(this).then(() => "refused");
    await this.#closed;
  }

  /**
   * Emits the last events and ends the run, in one transaction. May be called twice: the first ending counts. A run
   * that is still held writes nothing and returns `refused`.
   */
  close(ending: Ending, lastResort: Ending): Promise<Outcome> {
    if (this.#closed === undefined) {
      this.#endOfText("");
      this.verdict.close(ending);
      this.#closed = this.committer.finish(this, ending, lastResort);
      this.#waiters?.end();
    }
    return this.#closed;
  }

  /** For the committer: takes everything that waits, in the store's form. It is in flight until `settled`. */
  take(): Append {
    const events = this.#pending.take();
    const checkpoints = this.#checkpoints;
    this.#checkpoints = NONE;
    this.#inFlight += events.length;
    this.#isInFlight = true;
    this.#answer.taken();
    this.#waiters?.taken();
    const append = { fence: this.fence, events, checkpoints };
    return this.#rounds === undefined || this.#rounds.isEmpty ? append : { ...append, rounds: this.#rounds.take() };
  }

  /** For the committer: numbers the last events, see `LastEvents`. */
  number(bodies: readonly EventBody[]): readonly LogEvent[] {
    this.#lastEvents ??= new LastEvents(this.fence.runId, this.#answer);
    return this.#lastEvents.number(bodies, this.next, () => this.#now());
  }

  /**
   * For the committer: the events after `lastSeq` are lost, in the store and in this process. `answer` is the text that
   * the log still has. Later events of the run are ignored, since they would not follow; its end is written.
   */
  truncate(lastSeq: number, answer: string): void {
    this.#isTruncated = true;
    this.#pending.clear();
    this.#checkpoints = NONE;
    this.#rounds?.take();
    this.#lastSeq = lastSeq;
    this.#answer.restart(answer);
    this.#waiters?.taken();
    this.settled();
  }

  /** For the committer: the store has accepted what `take` returned. */
  settled(): void {
    this.#inFlight = 0;
    this.#isInFlight = false;
    this.#answer.settled();
    this.#waiters?.settled();
  }

  /** For the committer: the store will never accept it. Numbers and answer go on from where the log really ends. */
  discard(): void {
    this.#lastSeq -= this.#inFlight + this.#pending.length;
    this.#pending.clear();
    this.#checkpoints = NONE;
    this.#rounds?.take();
    this.#answer.restart();
    this.#waiters?.taken();
    this.settled();
  }

  /**
   * This replica's clock, unless the log is ahead of it: another replica's clock may be, and this one may be set back.
   */
  #now(): number {
    this.#lastAt = Math.max(this.#lastAt, this.committer.now());
    return this.#lastAt;
  }

  #emitDelta(body: Delta, node: string): void {
    this.#joiners[body.type] ??= new SurrogateJoiner();
    const text = this.#joiners[body.type]?.push(body.payload.delta) ?? "";
    if (text === "") return;
    this.#answer.addText(body.type, text);
    if (!this.#pending.join(body.type, node, text)) this.#push(body.type, node, text, "");
  }

  /** Half a surrogate pair cannot wait past the end of its text. */
  #endOfText(node: string): void {
    for (const type of ["token", "reasoning"] as const) {
      const rest = this.#joiners[type]?.flush() ?? "";
      if (rest === "") continue;
      this.#answer.addText(type, rest);
      this.#push(type, node, rest, "");
    }
  }

  /**
   * `json` is the payload of an event without text. It is made when the event is emitted, so a payload that cannot be
   * serialized fails the node and not the commit.
   */
  #push(type: EventType, node: string, text: string, json: string): void {
    this.#pending.push({ runId: this.fence.runId, seq: ++this.#lastSeq, type, at: this.#now(), json }, node, text);
    const urgency = this.#hasEmittedText ? "more" : text === "" ? "progress" : "first";
    if (urgency === "first") this.#hasEmittedText = true;
    this.committer.mark(this, urgency);
  }
}
