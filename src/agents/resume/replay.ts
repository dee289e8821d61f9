import { type EventBody, type LogEvent, type Payload, payloadOf } from "../../domain/event.ts";
import { storableText } from "../../domain/text.ts";
import type { OpaqueState } from "../../models/contract.ts";
import type { EarlierRound } from "./earlier.ts";
import { EmittedText } from "./emitted-text.ts";

/** A tool call of an earlier attempt. */
export interface EarlierCall extends Payload<"tool_start"> {
  /** Undefined: the attempt ended before the tool had answered, so its outcome is unknown. */
  readonly result: Pick<Payload<"tool_result">, "output" | "is_error"> | undefined;
  /** A person's word had been told of, so the call may have been made. */
  readonly wasResolved: boolean;
}

/** A model call of an earlier attempt. */
export interface EarlierAnswer {
  /** What it had said, with the break before it. */
  readonly text: string;
  /** Null: it was interrupted. */
  readonly round: {
    /** Empty: it was the last of its conversation. */
    readonly calls: readonly EarlierCall[];
    readonly opaque: OpaqueState | undefined;
  } | null;
}

interface Round {
  readonly stored: EarlierRound;
  /** Where its text ends. */
  readonly end: number;
}

/**
 * Compares what an interrupted node emits when it runs again with what it had emitted before, and lets through what is
 * new. Everything else stands in the log already: a reader of any wire sees one answer.
 *
 * Text counts as said again as far as it is the same; from the first difference on, what the node says follows as a new
 * paragraph. Events are recognised by the id of their tool call, or by their whole payload. Reasoning is never
 * recognised, as a model reasons afresh.
 */
export class Replay {
  readonly #emitted: EmittedText;
  readonly #rounds: Round[];
  readonly #starts = new Map<string, Payload<"tool_start">>();
  readonly #results = new Map<string, Payload<"tool_result">>();
  /** The calls on which a person's word was told. */
  readonly #resolved = new Set<string>();
  /** The approvals that the node itself asked for and has not asked for again, in order. */
  readonly #approvals: Payload<"approval_requested">[] = [];
  /** How many times each other event was emitted, by type and payload. */
  readonly #others = new Map<string, number>();
  /** Pictures that were announced and never came, and under which id the node announces them now. */
  readonly #placeholders: Payload<"image_placeholder">[] = [];
  readonly #imageIds = new Map<string, string>();

  /**
   * `events`: those of the interrupted node and since. `held`: text of the node that is not in the log. `heldBefore`: how
   * much text was withheld before the node.
   */
  constructor(
    events: readonly LogEvent[],
    rounds: readonly EarlierRound[],
    { held = null, heldBefore = 0 }: { readonly held?: string | null; readonly heldBefore?: number } = {},
  ) {
    let text = "";
    const ends = new Map<number, number>();
    const pictures = new Set<string>();
    for (const event of events) {
      if (event.type === "token") text += payloadOf(event, "token").delta;
      else this.#note(event, pictures);
      ends.set(event.seq, text.length);
    }
    const ofModel = new Set(rounds.flatMap(({ calls }) => calls));
    this.#approvals = this.#approvals.filter(({ tool_call_id }) => !ofModel.has(tool_call_id));
    this.#placeholders = this.#placeholders.filter(({ image_id }) => !pictures.has(image_id));
    this.#emitted = new EmittedText(held ?? text);
    this.#rounds = standing(rounds, this.#starts).map((stored) => ({
      stored,
      end: held === null ? (endAt(ends, stored.seq) ?? 0) : (stored.progress?.held?.length ?? heldBefore) - heldBefore,
    }));
  }

  /** Returns what of an event is new; null when nothing is. */
  take(event: EventBody): EventBody | null {
    switch (event.type) {
      case "token":
        return this.#text(event.payload.delta);
      case "reasoning":
        return event;
      case "tool_start":
        return this.#starts.has(event.payload.tool_call_id) ? null : event;
      case "tool_result":
        return this.#results.has(event.payload.tool_call_id) ? null : event;
      case "image_placeholder":
        return this.#isKnown(event) || this.#isAnnounced(event.payload) ? null : event;
      case "image_result":
        return this.#picture(event);
      default:
        return this.#isKnown(event) ? null : event;
    }
  }

  /**
   * Returns what the next model call had said in an earlier attempt. Null: it was not made, or the node has said
   * something else since.
   */
  nextAnswer(): EarlierAnswer | null {
    if (this.#emitted.isDiverged) return null;
    let round = this.#rounds.shift();
    while (round !== undefined && round.end < this.#emitted.length) round = this.#rounds.shift();
    if (round !== undefined) {
      const calls = round.stored.calls.map((id) => this.#call(id));
      const text = this.#emitted.through(round.end);
      // What its calls were is lost with their events, so the model is asked again.
      if (calls.includes(undefined)) return { text, round: null };
      const { model, data } = round.stored;
      const known = calls.filter((call) => call !== undefined);
      return { text, round: { calls: known, opaque: data === null ? undefined : { model, data } } };
    }
    const text = this.#emitted.rest;
    return text === "" ? null : { text, round: null };
  }

  /**
   * Returns the call under which an earlier attempt at the node has asked a person exactly this; null when none has. Each
   * is returned once.
   */
  nextApproval({ name, input }: { readonly name: string; readonly input: unknown }): EarlierCall | null {
    const text = storableText(input);
    const at = this.#approvals.findIndex((call) => call.name === name && storableText(call.input) === text);
    const [found] = at < 0 ? [] : this.#approvals.splice(at, 1);
    return (found && this.#call(found.tool_call_id)) ?? null;
  }

  #call(id: string): EarlierCall | undefined {
    const start = this.#starts.get(id);
    return start && { ...start, result: this.#results.get(id), wasResolved: this.#resolved.has(id) };
  }

  #text(delta: string): EventBody | null {
    const { text, isOther } = this.#emitted.take(delta);
    if (text === "") return null;
    return { type: "token", payload: { delta: isOther ? this.#emitted.lead + text.trimStart() : text } };
  }

  #isKnown({ type, payload }: EventBody): boolean {
    const key = `${type} ${storableText(payload)}`;
    const count = this.#others.get(key) ?? 0;
    if (count > 0) this.#others.set(key, count - 1);
    return count > 0;
  }

  #isAnnounced({ image_id, alt }: Payload<"image_placeholder">): boolean {
    const at = this.#placeholders.findIndex((placeholder) => placeholder.alt === alt);
    const [found] = at < 0 ? [] : this.#placeholders.splice(at, 1);
    if (found !== undefined) this.#imageIds.set(image_id, found.image_id);
    return found !== undefined;
  }

  /** A picture that was announced under another id comes under that one. */
  #picture(event: Extract<EventBody, { type: "image_result" }>): EventBody | null {
    if (this.#isKnown(event)) return null;
    const known = this.#imageIds.get(event.payload.image_id);
    return known === undefined ? event : { ...event, payload: { ...event.payload, image_id: known } };
  }

  #note(event: LogEvent, pictures: Set<string>): void {
    switch (event.type) {
      case "tool_start": {
        const start = payloadOf(event, "tool_start");
        this.#starts.set(start.tool_call_id, start);
        return;
      }
      case "tool_result": {
        const result = payloadOf(event, "tool_result");
        this.#results.set(result.tool_call_id, result);
        return;
      }
      case "reasoning":
      case "attempt_started":
        return;
      default: {
        const key = `${event.type} ${event.json}`;
        this.#others.set(key, (this.#others.get(key) ?? 0) + 1);
        if (event.type === "approval_requested") this.#approvals.push(payloadOf(event, "approval_requested"));
        if (event.type === "approval_resolved") this.#resolved.add(payloadOf(event, "approval_resolved").tool_call_id);
        if (event.type === "image_placeholder") this.#placeholders.push(payloadOf(event, "image_placeholder"));
        if (event.type === "image_result") pictures.add(payloadOf(event, "image_result").image_id);
      }
    }
  }
}

/**
 * Leaves out rounds whose model was asked again. A round is stored before its calls begin, so an attempt may have died in
 * between. The next one asked the model again, and the answer, often with the same ids, is a later round. To go through
 * both would make the later one's calls twice.
 */
const standing = (rounds: readonly EarlierRound[], starts: ReadonlyMap<string, unknown>): readonly EarlierRound[] =>
  rounds.filter(({ calls }, at) => {
    const later = rounds.slice(at + 1);
    return (
      later.length === 0 || calls.every((id) => starts.has(id) && !later.some((round) => round.calls.includes(id)))
    );
  });

/** How much text there was at that seq, or at the last event before it. */
const endAt = (ends: ReadonlyMap<number, number>, seq: number): number | undefined => {
  let end: number | undefined;
  for (const [at, length] of ends) if (at <= seq) end = length;
  return end;
};
