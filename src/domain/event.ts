import { type Static, Type } from "@sinclair/typebox";
import { type RunError, RunErrorCode } from "./error.ts";

/**
 * The one event vocabulary (contract "native envelope"). A thread's log holds nothing else, and every dialect is a view
 * of it. The key is the event's `type`, the schema its `payload`.
 */
export const payloads = {
  /** The run has begun; its first event. */
  page_start: Type.Object({ title: Type.String() }),
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
  tool_start: Type.Object({ tool_call_id: Type.String(), name: Type.String(), input: Type.Unknown() }),
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
      /** Relative to the root of the service: it must survive an ingress that strips a prefix. */
      url: Type.String(),
      media_type: Type.String(),
      width: Type.Integer(),
      height: Type.Integer(),
    }),
    Type.Object({ image_id: Type.String(), error: Type.String() }),
  ]),
  /** What retrieval found. */
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
  /** Usage, once a run, just before its terminal event, however it ended. */
  credit_settled: Type.Object({
    input_tokens: Type.Integer(),
    output_tokens: Type.Integer(),
    credits: Type.Number(),
  }),
  /**
   * Terminal: success. The message is in the store by the time anybody reads this. `result` is what the agent made of its
   * run, for wires whose last frame holds all of it; the native envelope leaves it out.
   */
  done: Type.Object({ message_id: Type.String(), result: Type.Optional(Type.Unknown()) }),
  /** Terminal: failure. `recoverable` says whether the same request may succeed later. */
  error: Type.Object({ code: RunErrorCode, message: Type.String(), recoverable: Type.Boolean() }),
};

export type EventType = keyof typeof payloads;
export type Payload<T extends EventType> = Static<(typeof payloads)[T]>;

/** An event as an agent says it: not yet numbered, not yet kept. */
export type EventBody = { [T in EventType]: { readonly type: T; readonly payload: Payload<T> } }[EventType];
export type TerminalEvent = Extract<EventBody, { type: "done" | "error" }>;

/** An event as the log keeps it: committed, numbered, immutable. */
export interface LogEvent {
  readonly runId: string;
  /** 1, 2, 3 … within the thread, over all its runs, with no gap and no reuse. */
  readonly seq: number;
  readonly type: EventType;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The payload as compact JSON, made once: the store keeps this text and the wire reuses it. */
  readonly json: string;
}

export const isTerminal = (type: EventType): type is "done" | "error" => type === "done" || type === "error";

/** The terminal event of a run that ends with `error`. */
export const failureEvent = ({ code, message, isRecoverable }: RunError): TerminalEvent => ({
  type: "error",
  payload: { code, message, recoverable: isRecoverable },
});

/** The payload of a kept event, parsed. The caller has looked at `event.type`. */
export const payloadOf = <T extends EventType>(event: LogEvent, _type: T): Payload<T> =>
  JSON.parse(event.json) as Payload<T>;

/** The delta of a kept `token` or `reasoning` event, still as JSON: it is not parsed only to be written again. */
export const deltaJson = ({ json }: LogEvent): string => json.slice(DELTA.length, -1);

/** How the payload begins, which has no other key. */
const DELTA = '{"delta":';
