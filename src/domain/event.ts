import { type Static, Type } from "@sinclair/typebox";
import { type RunError, RunErrorCode } from "./error.ts";

/**
 * The one event vocabulary (contract "native envelope"). A thread's log holds nothing else, and every dialect is a view
 * of it. The key is the event's `type`, the schema that of its `payload`.
 */
export const payloads = {
  /** The run has begun; its first event. */
  page_start: Type.Object({
    title: Type.String(),
    /** The runs whose turns this one takes the place of, in order. Absent: none. */
    supersedes: Type.Optional(Type.Array(Type.String())),
  }),
  /** A node of the agent starts or ends. */
  solve_progress: Type.Object({
    node: Type.String(),
    stage: Type.String(),
    status: Type.Union([Type.Literal("in_progress"), Type.Literal("completed")]),
    message: Type.String(),
  }),
  /** A piece of the answer. All deltas of a run, concatenated, are the assistant's message. */
  token: Type.Object({ delta: Type.String() }),
  /** A piece of the model's visible reasoning; never part of the answer. */
  reasoning: Type.Object({ delta: Type.String() }),
  tool_start: Type.Object({
    tool_call_id: Type.String(),
    name: Type.String(),
    input: Type.Unknown(),
    /** The call waits for a person's word: `approval_requested` follows at once. Absent: it does not. */
    approval: Type.Optional(Type.Literal(true)),
  }),
  tool_result: Type.Object({
    tool_call_id: Type.String(),
    name: Type.String(),
    output: Type.Unknown(),
    is_error: Type.Boolean(),
  }),
  image_placeholder: Type.Object({ image_id: Type.String(), alt: Type.String() }),
  image_result: Type.Union([
    Type.Object({
      image_id: Type.String(),
      /** Relative to the root of the service, so that it survives an ingress that strips a prefix. */
      url: Type.String(),
      media_type: Type.String(),
      width: Type.Integer(),
      height: Type.Integer(),
    }),
    Type.Object({ image_id: Type.String(), error: Type.String() }),
  ]),
  /** The passages that retrieval found. */
  sources: Type.Object({
    items: Type.Array(
      Type.Object({
        content: Type.String(),
        metadata: Type.Record(Type.String(), Type.Unknown()),
        score: Type.Number(),
      }),
    ),
  }),
  node_result: Type.Object({ node: Type.String(), output: Type.Unknown() }),
  /** Usage: once per run, just before its terminal event, however the run ended. */
  credit_settled: Type.Object({
    input_tokens: Type.Integer(),
    output_tokens: Type.Integer(),
    credits: Type.Number(),
    /** The counts are, at least in part, an estimate: a provider reported none. */
    estimated: Type.Optional(Type.Boolean()),
    cached_tokens: Type.Optional(Type.Integer()),
    reasoning_tokens: Type.Optional(Type.Integer()),
  }),
  /** A call waits for a person's word. */
  approval_requested: Type.Object({ tool_call_id: Type.String(), name: Type.String(), input: Type.Unknown() }),
  /** It was given. The call's `tool_result` follows, of a rejected one too. */
  approval_resolved: Type.Object({
    tool_call_id: Type.String(),
    decision: Type.Union([Type.Literal("approve"), Type.Literal("reject")]),
    /** What the call is made with in place of the model's input; null when that stands. */
    input: Type.Unknown(),
    message: Type.Union([Type.String(), Type.Null()]),
  }),
  /**
   * Another attempt at the run begins, and goes on from what the log has. Not the first, which `page_start` begins.
   * `takeover`: its replica has died. `handover`: its replica has shut down. `resumed`: the run had waited.
   */
  attempt_started: Type.Object({
    attempt: Type.Integer(),
    reason: Type.Union([Type.Literal("takeover"), Type.Literal("handover"), Type.Literal("resumed")]),
  }),
  /** An event of an agent's own, or a tool's progress (`tool_progress`). */
  custom: Type.Object({ name: Type.String(), data: Type.Unknown() }),
  /**
   * Terminal: success. The message is in the store before any client reads this. `result` is the agent's whole result,
   * for wires whose last frame holds all of it; the native envelope omits it.
   */
  done: Type.Object({
    message_id: Type.String(),
    /** How the answer ended; `length`: a model reached its limit. Absent in logs of the first release. */
    finish: Type.Optional(Type.Union([Type.Literal("stop"), Type.Literal("length"), Type.Literal("tool_calls")])),
    result: Type.Optional(Type.Unknown()),
  }),
  /** Terminal: failure. `recoverable` says whether the same request may succeed later. */
  error: Type.Object({ code: RunErrorCode, message: Type.String(), recoverable: Type.Boolean() }),
};

export type EventType = keyof typeof payloads;
export const EVENT_TYPES = Object.keys(payloads) as readonly EventType[];
export type Payload<T extends EventType> = Static<(typeof payloads)[T]>;

/** An event as an agent emits it: not numbered and not stored yet. */
export type EventBody = { [T in EventType]: { readonly type: T; readonly payload: Payload<T> } }[EventType];
export type TerminalEvent = Extract<EventBody, { type: "done" | "error" }>;

/** An event as the log stores it: committed, numbered, immutable. */
export interface LogEvent {
  readonly runId: string;
  /** 1, 2, 3 … within the thread, over all its runs, with no gap and no reuse. */
  readonly seq: number;
  readonly type: EventType;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The payload as compact JSON, serialized once: the store holds this text and the wire reuses it. */
  readonly json: string;
  /**
   * Set in an event that comes from the fold of its run, whose own events are gone. `after` is the seq of the event
   * before it: the numbers between the two belonged to deltas that are joined in this one.
   */
  readonly folded?: { readonly after: number };
}

export const isTerminal = (type: EventType): type is "done" | "error" => type === "done" || type === "error";

/** Returns the terminal event of a run that ends with `error`. */
export const failureEvent = ({ code, message, isRecoverable }: RunError): TerminalEvent => ({
  type: "error",
  payload: { code, message, recoverable: isRecoverable },
});

/** Parses the payload of a stored event. The caller has checked `event.type`. */
export const payloadOf = <T extends EventType>(event: Pick<LogEvent, "json">, _type: T): Payload<T> =>
  JSON.parse(event.json) as Payload<T>;

/**
 * Returns the delta of a stored `token` or `reasoning` event, still as JSON, which saves parsing and serializing it.
 */
export const deltaJson = ({ json }: LogEvent): string => json.slice(DELTA.length, -1);

/** Returns the delta of a stored `token` or `reasoning` event; null when its payload is not of the usual form. */
export const deltaOf = ({ json }: Pick<LogEvent, "json">): string | null => {
  if (!json.startsWith(DELTA)) return null;
  const { delta, ...rest } = JSON.parse(json) as Record<string, unknown>;
  return typeof delta === "string" && Object.keys(rest).length === 0 ? delta : null;
};

/** The beginning of a delta's payload, which has no other key. */
const DELTA = '{"delta":';
