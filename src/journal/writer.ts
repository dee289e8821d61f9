import { AnswerFold } from "../domain/answer.ts";
import type { EventBody, EventType, LogEvent } from "../domain/event.ts";
import { PieceMender, storableJson } from "../domain/text.ts";
import type { Append, Fence } from "../store/log/contract.ts";
import type { NewCheckpoint } from "../store/log/contract-checkpoints.ts";
import type { Ending, Outcome } from "./ending.ts";
import type { Opening } from "./opening.ts";
import { Verdict } from "./verdict.ts";

/** What a run may have said without the store having taken it; past that the producer waits. */
export const MAX_UNKEPT = 256;
/** Tokens are joined up to this many characters, so that the bound above is one of memory too. */
const MAX_JOINED_CHARS = 16 * 1024;

type Delta = Extract<EventBody, { type: "token" | "reasoning" }>;
/** An event that waits. Its text becomes JSON once it cannot grow any more. */
type Pending = Omit<LogEvent, "json"> & { json: string };

const NONE: readonly NewCheckpoint[] = [];

/** What a writer needs of the group commit. */
export interface Committer {
  now(): number;
  /** There is something to commit; urgent when somebody has seen nothing yet. */
  mark(writer: RunWriter, isUrgent: boolean): void;
  /** `lastResort` is how the run ends should the store refuse what it said last. */
  finish(writer: RunWriter, ending: Ending, lastResort: Ending): Promise<Outcome>;
  /** Something was said after the end. */
  ignored(writer: RunWriter, type: string): void;
}

/**
 * One run's way into the log. Numbers what the run says, joins consecutive tokens of a node that wait for the same commit
 * and bounds what waits. Throws nothing but what JSON makes of a payload that is no JSON.
 */
export class RunWriter {
  readonly verdict = new Verdict();
  /** For the committer: it is among those that have spoken since the last commit. */
  isMarked = false;
  /** What the log will have of the answer. Its text alone once the store has refused some of it, see `discard`. */
  #said: AnswerFold;
  #isWhole = true;
  /** What the log already has of the answer's text, and what it will have once it has taken what is in flight. */
  #keptAnswer: string;
  #takenAnswer: string;
  #pending: Pending[] = [];
  /** What the last of these says so far, and the node that says it. Empty when that is no token or reasoning. */
  #text = "";
  #node = "";
  #checkpoints: readonly NewCheckpoint[] = NONE;
  #isHeld: boolean;
  #isInFlight = false;
  #hasSpoken = false;
  /** Events on their way to the store. */
  #inFlight = 0;
  #lastSeq: number;
  #lastAt: number;
  #closed: Promise<Outcome> | undefined;
  #lastWords: { readonly bodies: readonly EventBody[]; readonly events: readonly LogEvent[] } | undefined;
  /** The log has lost some of what was said: the rest would not follow it. */
  #isTorn = false;
  #drained: (() => void)[] = [];
  readonly #menders = { token: new PieceMender(), reasoning: new PieceMender() };

  constructor(
    readonly fence: Fence,
    /** The log's last seq before the run's first event. */
    readonly start: number,
    private readonly committer: Committer,
    { said = new AnswerFold(), isHeld = false, lastAt = 0 }: Opening = {},
  ) {
    this.#said = said;
    this.#isHeld = isHeld;
    this.#lastSeq = start;
    this.#lastAt = lastAt;
    this.#keptAnswer = said.content;
    this.#takenAnswer = said.content;
  }

  /** The answer's text as the log will have it: all token deltas so far. */
  get answer(): string {
    return this.#said.content;
  }

  /** Whether there is an answer to keep, were it one without a word. */
  get hasSaid(): boolean {
    return this.#said.hasSaid;
  }

  /** What the answer had besides its text (`AnswerDetail`), as JSON. Null: not known here any more; the log tells. */
  get detail(): string | null {
    return this.#isWhole ? JSON.stringify(this.#said.answer().detail) : null;
  }

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  get isInFlight(): boolean {
    return this.#isInFlight;
  }

  /** The seq of what it says next. */
  get next(): number {
    return this.#lastSeq + 1;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** There is something that can be written. */
  get hasPending(): boolean {
    return !this.#isHeld && this.#pending.length + this.#checkpoints.length > 0;
  }

  /** The store has the run now: what it has said may be written. */
  release(): void {
    this.#isHeld = false;
    if (this.hasPending) this.committer.mark(this, this.#hasSpoken);
  }

  /** Says one event. What it returns, if anything, must be awaited before the next: the store is behind. */
  emit(body: EventBody, node: string): Promise<void> | undefined {
    if (this.isClosed || this.#isTorn) {
      this.committer.ignored(this, body.type);
      return undefined;
    }
    if (body.type === "token" || body.type === "reasoning") this.#say(body, node);
    else {
      const kept = storableBody(body);
      const json = jsonOf(kept);
      this.#endOfText(node);
      this.#push(body.type, node, "", json);
      this.#said.add(kept);
    }
    if (this.#pending.length + this.#inFlight < MAX_UNKEPT) return undefined;
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  /** Keeps a node's change of state, in the order of the events around it. */
  checkpoint(checkpoint: Omit<NewCheckpoint, "seq" | "at">): void {
    if (this.isClosed || this.#isTorn) {
      this.committer.ignored(this, "checkpoint");
      return;
    }
    const at = this.#now();
    this.#checkpoints = [...this.#checkpoints, { ...checkpoint, seq: this.#lastSeq, at }];
    this.committer.mark(this, false);
  }

  /**
   * Says the last words and ends the run, in one transaction. Closing twice is harmless: the first ending counts. One that
   * is held still writes nothing: `refused`.
   */
  close(ending: Ending, lastResort: Ending): Promise<Outcome> {
    if (this.#closed === undefined) {
      this.#endOfText("");
      this.verdict.close(ending);
      this.#closed = this.committer.finish(this, ending, lastResort);
      this.#letGo();
    }
    return this.#closed;
  }

  /** For the committer: all that waits, as the store wants it. It is in flight until `settled`. */
  take(): Append {
    this.#endOfEvent();
    const events = this.#pending;
    const checkpoints = this.#checkpoints;
    this.#pending = [];
    this.#checkpoints = NONE;
    this.#inFlight += events.length;
    this.#isInFlight = true;
    this.#takenAnswer = this.answer;
    return { fence: this.fence, events, checkpoints };
  }

  /**
   * For the committer: the last words, as the log has them then. The same again for the same words, since an attempt to write
   * them may have succeeded and not told; other words may take their place.
   */
  number(bodies: readonly EventBody[]): readonly LogEvent[] {
    const last = this.#lastWords;
    if (last?.bodies === bodies && last.events[0]?.seq === this.next) return last.events;
    const at = this.#now();
    // What was folded first is no part of what the run ends with now.
    if (last !== undefined) this.#isWhole = false;
    const events = bodies.map((body, i) => {
      const kept = storableBody(body);
      if (last === undefined) this.#said.add(kept);
      return { runId: this.fence.runId, seq: this.next + i, type: kept.type, at, json: jsonOf(kept) };
    });
    this.#lastWords = { bodies, events };
    return events;
  }

  /**
   * For the committer: the store has lost what lay behind `lastSeq`, and so has this process. `answer` is what the log has of
   * it. Whatever the run says from now on is ignored: it would not follow. Its end does.
   */
  tear(lastSeq: number, answer: string): void {
    this.#isTorn = true;
    this.#pending = [];
    this.#text = "";
    this.#checkpoints = NONE;
    this.#lastSeq = lastSeq;
    this.#restart(answer);
    this.settled();
  }

  /** For the committer: the store has taken what `take` gave out. */
  settled(): void {
    this.#inFlight = 0;
    this.#isInFlight = false;
    this.#keptAnswer = this.#takenAnswer;
    this.#letGo();
  }

  /** For the committer: the store will never take it. Numbering and answer go on where the log really ends. */
  discard(): void {
    this.#lastSeq -= this.#inFlight + this.#pending.length;
    this.#pending = [];
    this.#text = "";
    this.#checkpoints = NONE;
    this.#restart(this.#keptAnswer);
    this.settled();
  }

  /** The answer is this text: what stood beside it is not known here any more. */
  #restart(answer: string): void {
    this.#said = new AnswerFold();
    this.#said.text(answer);
    this.#isWhole = false;
    this.#takenAnswer = answer;
  }

  /** This replica's clock, unless the log is ahead of it: another replica's may be, and this one may be set back. */
  #now(): number {
    this.#lastAt = Math.max(this.#lastAt, this.committer.now());
    return this.#lastAt;
  }

  #letGo(): void {
    if (this.#drained.length === 0) return;
    const waiting = this.#drained;
    this.#drained = [];
    for (const resolve of waiting) resolve();
  }

  #say(body: Delta, node: string): void {
    const text = this.#menders[body.type].push(body.payload.delta);
    if (text === "") return;
    if (body.type === "token") this.#said.text(text);
    else this.#said.reasoning(text);
    if (this.#canJoin(body.type, node)) this.#text += text;
    else this.#push(body.type, node, text, "");
  }

  #canJoin(type: Delta["type"], node: string): boolean {
    const length = this.#text.length;
    return length > 0 && length < MAX_JOINED_CHARS && this.#node === node && this.#pending.at(-1)?.type === type;
  }

  /** Half a surrogate pair cannot wait past the text it belongs to. */
  #endOfText(node: string): void {
    for (const type of ["token", "reasoning"] as const) {
      const rest = this.#menders[type].flush();
      if (rest === "") continue;
      if (type === "token") this.#said.text(rest);
      else this.#said.reasoning(rest);
      this.#push(type, node, rest, "");
    }
  }

  /** `json` is the payload of an event without text. It is made as it is said: what cannot be written fails the node, not the commit. */
  #push(type: EventType, node: string, text: string, json: string): void {
    this.#endOfEvent();
    this.#pending.push({ runId: this.fence.runId, seq: ++this.#lastSeq, type, at: this.#now(), json });
    this.#text = text;
    this.#node = node;
    const isFirstWord = text !== "" && !this.#hasSpoken;
    if (isFirstWord) this.#hasSpoken = true;
    this.committer.mark(this, isFirstWord);
  }

  /** What the last event says will not grow any more. */
  #endOfEvent(): void {
    const last = this.#pending.at(-1);
    if (this.#text === "" || last === undefined) return;
    last.json = `{"delta":${JSON.stringify(this.#text)}}`;
    this.#text = "";
  }
}

const storableBody = (body: EventBody): EventBody =>
  ({ type: body.type, payload: storableJson(body.payload) }) as EventBody;
const jsonOf = ({ payload }: EventBody): string => JSON.stringify(payload);
