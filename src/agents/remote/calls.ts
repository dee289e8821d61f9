import type { EventBody } from "../../domain/event.ts";
import type { AnswerMeter } from "../../models/answer-meter.ts";
import { parseToolInput } from "../../models/tool-input.ts";
import { UniqueIds } from "../call-ids.ts";
import type { Notes } from "./notes.ts";

interface Call {
  /** Its id in the log. */
  readonly id: string;
  readonly name: string;
  input: string;
  state: "open" | "started" | "answered";
}

/**
 * The tool calls of one run, by the ids that the remote agent gives them. A call is emitted once its arguments are
 * whole: at its end, at its result, or at the run's end. Whatever does not fit a call's course is ignored and noted.
 */
export class Calls {
  readonly #calls = new Map<string, Call>();
  readonly #ids = new UniqueIds(".");
  /** The call whose pieces come as chunks: whatever comes next ends it. */
  #chunked: string | null = null;

  constructor(
    private readonly emit: (event: EventBody) => void,
    private readonly meter: AnswerMeter,
    private readonly notes: Notes,
  ) {}

  start(key: string, name: string): void {
    if (this.#calls.has(key)) {
      this.notes.note("began a tool call of the same id twice; the second beginning was ignored");
      return;
    }
    this.meter.countCall();
    this.meter.countArgument(key);
    this.meter.countArgument(name);
    this.#calls.set(key, { id: this.#ids.take(key), name, input: "", state: "open" });
  }

  input(key: string, delta: string): void {
    const call = this.#calls.get(key);
    if (call?.state !== "open") {
      this.notes.note("sent arguments for no open tool call; they were ignored");
      return;
    }
    this.meter.countArgument(delta);
    call.input += delta;
  }

  end(key: string): void {
    const call = this.#calls.get(key);
    if (call?.state === "open") this.#emitStart(call);
    else this.notes.note("ended a tool call that was not open; its end was ignored");
  }

  /** Only the first chunk of a call has to name it. When that one holds the arguments whole, the call is emitted at once. */
  chunk(key: string | undefined, name: string | undefined, delta: string): void {
    const isFirst = key !== undefined && key !== this.#chunked && name !== undefined;
    if (isFirst) {
      this.endChunked();
      this.start(key, name);
      this.#chunked = key;
    }
    const current = key ?? this.#chunked ?? "";
    // A call that was emitted already may end with blank chunks.
    if (delta.trim() !== "" || this.#calls.get(current)?.state === "open") this.input(current, delta);
    if (isFirst && isWhole(delta)) this.#emitIfOpen(current);
  }

  /** Something else than a chunk has come. */
  endChunked(): void {
    if (this.#chunked !== null) this.#emitIfOpen(this.#chunked);
    this.#chunked = null;
  }

  /** Whether the call has begun and has no result yet. */
  isUnanswered(key: string): boolean {
    const call = this.#calls.get(key);
    return call !== undefined && call.state !== "answered";
  }

  result(key: string, output: unknown, isError: boolean): void {
    const call = this.#calls.get(key);
    if (call === undefined || call.state === "answered") {
      this.notes.note("sent a result for no unanswered tool call; it was ignored");
      return;
    }
    if (call.state === "open") this.#emitStart(call);
    call.state = "answered";
    const { id, name } = call;
    this.emit({ type: "tool_result", payload: { tool_call_id: id, name, output, is_error: isError } });
  }

  /** Emits the calls that are still open. */
  endAll(): void {
    for (const call of this.#calls.values()) if (call.state === "open") this.#emitStart(call);
  }

  #emitIfOpen(key: string): void {
    const call = this.#calls.get(key);
    if (call?.state === "open") this.#emitStart(call);
  }

  #emitStart(call: Call): void {
    this.meter.checkArguments(call.input);
    call.state = "started";
    const { id, name, input } = call;
    this.emit({ type: "tool_start", payload: { tool_call_id: id, name, input: parseToolInput(input) } });
  }
}

/** Whether a text is a JSON object with something in it: `{}` may be what a server begins with. */
const isWhole = (text: string): boolean => {
  if (text.length <= "{}".length || !text.endsWith("}")) return false;
  return typeof parseToolInput(text) === "object";
};
