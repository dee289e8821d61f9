import type { EventBody, LogEvent, TerminalEvent } from "../domain/event.ts";
import { PieceMender, storableJson } from "../domain/text.ts";
import type { Append, Fence, NewCheckpoint, RunEnd } from "../store/contract.ts";

/** What a run may have said without the store having taken it; past that the producer waits. */
export const MAX_UNKEPT = 256;
/** Tokens are joined up to this many characters, so that the bound above is one of memory too. */
const MAX_JOINED_CHARS = 16 * 1024;

type Delta = Extract<EventBody, { type: "token" | "reasoning" }>;
interface Pending {
  readonly seq: number;
  readonly at: number;
  readonly node: string;
  readonly body: EventBody;
  /** The joined text of a token or reasoning event; other events have none. */
  text: string;
}

/** How a run's end came out: kept, or refused because another replica has taken the run over. */
export type Outcome = "kept" | "refused";
export type Ending = Omit<RunEnd, "events" | "checkpoints" | "message"> & {
  /** What the run says last; it comes after everything that was emitted. */
  readonly events: readonly [...EventBody[], TerminalEvent];
  readonly messageId: string;
};

/** What a writer needs of the group commit. */
export interface Committer {
  now(): number;
  /** There is something to commit. */
  mark(writer: RunWriter): void;
  finish(writer: RunWriter, ending: Ending): Promise<Outcome>;
  /** Something was said after the end. */
  ignored(writer: RunWriter, type: string): void;
}

/**
 * One run's way into the log. Numbers what the run says, joins consecutive tokens of a node that wait for the same commit
 * and bounds what waits. Never throws.
 */
export class RunWriter {
  /** The answer as the log will have it: all token deltas so far. */
  answer = "";
  #pending: Pending[] = [];
  #checkpoints: NewCheckpoint[] = [];
  /** Events on their way to the store. */
  #inFlight = 0;
  #lastSeq: number;
  #closed: Promise<Outcome> | undefined;
  #drained: (() => void)[] = [];
  readonly #menders = { token: new PieceMender(), reasoning: new PieceMender() };

  constructor(
    readonly fence: Fence,
    lastSeq: number,
    private readonly committer: Committer,
  ) {
    this.#lastSeq = lastSeq;
  }

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  get isInFlight(): boolean {
    return this.#inFlight > 0;
  }

  get hasPending(): boolean {
    return this.#pending.length + this.#checkpoints.length > 0;
  }

  /** Says one event. What it returns, if anything, must be awaited before the next: the store is behind. */
  emit(body: EventBody, node: string): Promise<void> | undefined {
    if (this.isClosed) {
      this.committer.ignored(this, body.type);
      return undefined;
    }
    if (body.type === "token" || body.type === "reasoning") this.#say(body, node);
    else {
      this.#endOfText(node);
      this.#push(body, node, "");
    }
    if (this.#pending.length + this.#inFlight < MAX_UNKEPT) return undefined;
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  /** Keeps a node's change of state, in the order of the events around it. */
  checkpoint(checkpoint: Omit<NewCheckpoint, "seq" | "at">): void {
    if (this.isClosed) {
      this.committer.ignored(this, "checkpoint");
      return;
    }
    this.#checkpoints.push({ ...checkpoint, seq: this.#lastSeq, at: this.committer.now() });
    this.committer.mark(this);
  }

  /** Says the last words and ends the run, in one transaction. Closing twice is harmless: the first ending counts. */
  close(ending: Ending): Promise<Outcome> {
    if (this.#closed === undefined) {
      this.#endOfText("");
      this.#closed = this.committer.finish(this, ending);
      this.#release();
    }
    return this.#closed;
  }

  /** For the committer: all that waits, as the store wants it. It is in flight until `settled`. */
  take(): Append {
    const events = this.#pending.map((event) => this.#toLog(event));
    const checkpoints = this.#checkpoints;
    this.#pending = [];
    this.#checkpoints = [];
    this.#inFlight += events.length;
    return { fence: this.fence, events, checkpoints };
  }

  /** For the committer: numbers the last words. */
  number(bodies: readonly EventBody[]): readonly LogEvent[] {
    return bodies.map((body) =>
      this.#toLog({ seq: ++this.#lastSeq, at: this.committer.now(), node: "", body, text: "" }),
    );
  }

  /** For the committer: the store has taken what `take` gave out. */
  settled(): void {
    this.#inFlight = 0;
    this.#release();
  }

  /** For the committer: the store will never take it. Numbering goes on where the log really ends. */
  discard(): void {
    this.#lastSeq -= this.#inFlight + this.#pending.length;
    this.#pending = [];
    this.#checkpoints = [];
    this.settled();
  }

  #release(): void {
    if (this.#drained.length === 0) return;
    const waiting = this.#drained;
    this.#drained = [];
    for (const resolve of waiting) resolve();
  }

  #say(body: Delta, node: string): void {
    const text = this.#menders[body.type].push(body.payload.delta);
    if (text === "") return;
    if (body.type === "token") this.answer += text;
    const last = this.#pending.at(-1);
    if (last?.body.type === body.type && last.node === node && last.text.length < MAX_JOINED_CHARS) last.text += text;
    else this.#push(body, node, text);
  }

  /** Half a surrogate pair cannot wait past the text it belongs to. */
  #endOfText(node: string): void {
    for (const type of ["token", "reasoning"] as const) {
      const rest = this.#menders[type].flush();
      if (rest === "") continue;
      if (type === "token") this.answer += rest;
      this.#push({ type, payload: { delta: rest } }, node, rest);
    }
  }

  #push(body: EventBody, node: string, text: string): void {
    this.#pending.push({ seq: ++this.#lastSeq, at: this.committer.now(), node, body, text });
    this.committer.mark(this);
  }

  #toLog({ seq, at, body, text }: Pending): LogEvent {
    const json =
      body.type === "token" || body.type === "reasoning"
        ? `{"delta":${JSON.stringify(text)}}`
        : JSON.stringify(storableJson(body.payload));
    return { runId: this.fence.runId, seq, type: body.type, at, json };
  }
}
