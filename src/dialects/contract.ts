import type { Static, TSchema } from "@sinclair/typebox";
import type { LogEvent } from "../domain/event.ts";
import type { Locale } from "../domain/run.ts";
import type { RunRequest } from "../runs/runs.ts";
import type { Frame } from "../wire/encode.ts";

/** What a stream's frames may speak of besides the event. */
export interface View {
  readonly threadId: string;
  /** The same as JSON: written once, put into every frame. */
  readonly threadJson: string;
  readonly runId: string;
  readonly traceId: string;
  readonly locale: Locale;
}

interface Endpoint {
  readonly method: "GET" | "POST";
  readonly path: `/${string}`;
}

/**
 * A two-way view of runs: a request in one service's words becomes a run, and the run's events become that service's
 * frames. Pure and without state, so a reader can come in anywhere. Mounting one takes its file and a line in `index.ts`.
 */
export interface Dialect<Request extends TSchema = TSchema> {
  readonly name: string;
  readonly endpoints: readonly Endpoint[];
  /** The agent that answers. */
  readonly agent: string;
  /**
   * The JSON body, or of a GET the query. Fields it does not list are ignored. A field's `description` completes the
   * sentence "… must be", and is what a caller is told when the field is wrong.
   */
  readonly request: Request;
  /** `body` has passed the schema. `locale` is what the caller's headers ask for. */
  parse(body: Static<Request>, locale: Locale): RunRequest;
  /**
   * The frame that shows the event; null where this wire does not show it. Every terminal event has a frame, and only
   * terminal ones have terminal frames. A seq of 0 marks a failure that could not be kept: it names no place in the log.
   */
  translate(event: LogEvent, view: View): Frame | null;
}
