import type { TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { type EventBody, type EventType, type LogEvent, type Payload, payloadOf } from "./event.ts";
import type { RunStatus } from "./run.ts";
import { ChartData, TableData } from "./shown-data.ts";

/** A stretch of the answer's text: `length` UTF-16 units of `content`, from the end of the stretch before it. */
export interface TextPart {
  readonly type: "text";
  readonly length: number;
}
interface ReasoningPart {
  readonly type: "reasoning";
  readonly text: string;
}
/** A tool call and, once the tool has answered, its result. `input` is null when the log holds the result alone. */
export interface ToolCallPart extends Payload<"tool_start"> {
  readonly type: "tool_call";
  /** Calls with the same number, from 1, were asked for together. Absent in answers of earlier releases. */
  readonly round?: number;
  readonly output?: unknown;
  readonly is_error?: boolean;
}
/** An image. It is still being generated while it has neither `url` nor `error`. */
export interface ImagePart extends Payload<"image_placeholder"> {
  readonly type: "image";
  readonly url?: string;
  readonly media_type?: string;
  readonly width?: number;
  readonly height?: number;
  readonly error?: string;
}
interface SourcesPart extends Payload<"sources"> {
  readonly type: "sources";
}
/** One part of an answer. */
export type AnswerPart = TextPart | ReasoningPart | ToolCallPart | ImagePart | SourcesPart;

/** What an answer has besides its text. It is stored with the message, as JSON; the text is stored there already. */
export interface AnswerDetail {
  /** In the order of their first events. */
  readonly parts: readonly AnswerPart[];
  readonly table_data?: TableData;
  readonly chart_data?: ChartData;
}

/** A run's answer, as far as its events were folded. Can be serialized as JSON. */
export interface Answer {
  /** All token deltas, concatenated. */
  readonly content: string;
  readonly detail: AnswerDetail;
  /** Null until it is settled. */
  readonly usage: Payload<"credit_settled"> | null;
  /** Null until the run has ended. */
  readonly status: Extract<RunStatus, "succeeded" | "failed" | "cancelled"> | null;
  /** Why it failed or was cancelled. */
  readonly error: Payload<"error"> | null;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The event types that the fold takes. All others are sent to clients and are not part of a message. */
export const FOLDED = [
  "token",
  "reasoning",
  "tool_start",
  "tool_result",
  "approval_resolved",
  "image_placeholder",
  "image_result",
  "sources",
  "node_result",
  "credit_settled",
  "done",
  "error",
] as const satisfies readonly EventType[];
const IS_FOLDED: ReadonlySet<EventType> = new Set(FOLDED);
/** The same without the answer's text, for callers that already have it. */
export const BESIDES_TEXT: readonly EventType[] = FOLDED.filter((type) => type !== "token");

/**
 * Folds one run's events into its answer; nothing else decides what of a run becomes part of a message. It takes one
 * event after another, in the log's order, at a cost that does not depend on what came before. `answer()` may be called
 * at any time and is the fold of the events so far. How deltas are cut makes no difference.
 *
 * A table or a chart comes from a node's result (`table`, `chart`) or from the run's (`table_data`, `chart_data`); the
 * last one counts.
 */
export class AnswerFold {
  #content = "";
  readonly #parts: Mutable<AnswerPart>[] = [];
  /** By the id that events use. A model may reuse an id, which then means the latest call. */
  #calls: Map<string, Mutable<ToolCallPart>> | undefined;
  #images: Map<string, Mutable<ImagePart>> | undefined;
  #round = 0;
  /** A call that comes now was asked for together with the one before: calls of one round all begin before any ends. */
  #isRoundOpen = false;
  #table: TableData | undefined;
  #chart: ChartData | undefined;
  #usage: Answer["usage"] = null;
  #status: Answer["status"] = null;
  #error: Answer["error"] = null;

  /** The answer's text so far. */
  get content(): string {
    return this.#content;
  }

  /** Whether there is something to show: text, or a part besides it. Reasoning alone is not enough. */
  get hasAnswer(): boolean {
    return this.#content !== "" || this.#parts.some(({ type }) => type !== "reasoning");
  }

  /** Adds the next event. Its payload must be what the log has or will have, and must not be changed afterwards. */
  add(event: EventBody): void {
    switch (event.type) {
      case "token":
        this.text(event.payload.delta);
        break;
      case "reasoning":
        this.reasoning(event.payload.delta);
        break;
      case "tool_start":
        this.#call(event.payload);
        break;
      case "tool_result":
        this.#result(event.payload);
        break;
      case "approval_resolved":
        this.#resolved(event.payload);
        break;
      case "image_placeholder":
        this.#image(event.payload);
        break;
      case "image_result":
        Object.assign(
          this.#images?.get(event.payload.image_id) ?? this.#image({ alt: "", ...event.payload }),
          event.payload,
        );
        break;
      case "sources":
        this.#parts.push({ type: "sources", items: event.payload.items });
        break;
      case "node_result":
        this.#show(event.payload.output, "table", "chart");
        break;
      case "credit_settled":
        this.#usage = event.payload;
        break;
      case "done":
        this.#status = "succeeded";
        this.#show(event.payload.result, "table_data", "chart_data");
        break;
      case "error":
        this.#status = event.payload.code === "cancelled" ? "cancelled" : "failed";
        this.#error = event.payload;
        break;
      default: // not part of a message
    }
  }

  /** Adds an event of the log. */
  addLogged(event: Pick<LogEvent, "type" | "json">): void {
    if (!IS_FOLDED.has(event.type)) return;
    this.add({ type: event.type, payload: payloadOf(event, event.type) } as EventBody);
  }

  /** Adds a piece of the answer's text. */
  text(delta: string): void {
    if (delta === "") return;
    this.#content += delta;
    const last = this.#parts.at(-1);
    if (last?.type === "text") last.length += delta.length;
    else this.#parts.push({ type: "text", length: delta.length });
  }

  /** Adds a piece of the model's reasoning. */
  reasoning(delta: string): void {
    if (delta === "") return;
    const last = this.#parts.at(-1);
    if (last?.type === "reasoning") last.text += delta;
    else this.#parts.push({ type: "reasoning", text: delta });
  }

  /** Returns the answer so far. Later events do not change the returned object. */
  answer(): Answer {
    const parts = this.#parts.map((part) => ({ ...part }));
    return {
      content: this.#content,
      detail: {
        parts,
        ...(this.#table !== undefined && { table_data: this.#table }),
        ...(this.#chart !== undefined && { chart_data: this.#chart }),
      },
      usage: this.#usage,
      status: this.#status,
      error: this.#error,
    };
  }

  #call(payload: Payload<"tool_start">): Mutable<ToolCallPart> {
    if (!this.#isRoundOpen) this.#round++;
    this.#isRoundOpen = true;
    const part: Mutable<ToolCallPart> = { type: "tool_call", ...payload, round: this.#round };
    this.#parts.push(part);
    this.#calls ??= new Map();
    this.#calls.set(part.tool_call_id, part);
    return part;
  }

  #result({ tool_call_id, name, output, is_error }: Payload<"tool_result">): void {
    const call = this.#calls?.get(tool_call_id) ?? this.#call({ tool_call_id, name, input: null });
    this.#isRoundOpen = false;
    call.output = output;
    call.is_error = is_error;
  }

  /** A call shows what it was made with. */
  #resolved({ tool_call_id, input }: Payload<"approval_resolved">): void {
    const call = this.#calls?.get(tool_call_id);
    if (call !== undefined && input !== null) call.input = input;
  }

  #image({ image_id, alt }: Payload<"image_placeholder">): Mutable<ImagePart> {
    const part: Mutable<ImagePart> = { type: "image", image_id, alt };
    this.#parts.push(part);
    this.#images ??= new Map();
    this.#images.set(image_id, part);
    return part;
  }

  #show(output: unknown, table: string, chart: string): void {
    if (typeof output !== "object" || output === null) return;
    const held = output as Readonly<Record<string, unknown>>;
    this.#table = fitting(TableData, held[table]) ?? this.#table;
    this.#chart = fitting(ChartData, held[chart]) ?? this.#chart;
  }
}

const fitting = <T>(schema: TSchema & { static: T }, value: unknown): T | undefined =>
  value !== undefined && Value.Check(schema, value) ? (value as T) : undefined;

/** Folds the events of one run, in order. */
export const foldAnswer = (events: Iterable<LogEvent>): AnswerFold => {
  const fold = new AnswerFold();
  for (const event of events) fold.addLogged(event);
  return fold;
};
