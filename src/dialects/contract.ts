import type { Static, TSchema } from "@sinclair/typebox";
import type { RunFile } from "../domain/document.ts";
import type { RequestError } from "../domain/error.ts";
import type { LogEvent } from "../domain/event.ts";
import type { Locale, RunInput } from "../domain/run.ts";
import type { RunRequest } from "../runs/contract.ts";
import type { Frame } from "../wire/encode.ts";
import type { Guide } from "./openapi-guide.ts";

/** What a stream's frames may show besides the event. */
export interface View {
  readonly threadId: string;
  /** `threadId` as JSON: serialized once, used in every frame. */
  readonly threadJson: string;
  readonly runId: string;
  readonly traceId: string;
  readonly locale: Locale;
  /** The options of the run (`RunInput`): a wire may show more of a run to a client that requested it. */
  readonly options: RunInput["options"];
}

/**
 * How an endpoint answers. Frames of a GET have an `id:` that names the run and the event: a browser's `EventSource`
 * reconnects after every end and resumes its run with it.
 * `stream`: the run's frames.
 * `answer`: one JSON body, once the run has ended.
 * `ticket`: 201 with an unguessable id, under which the question is stored.
 * `join`, whose path ends in `/:id`: the frames of that ticket's run, which the first request starts and all others
 * join.
 */
export type ResponseMode = "stream" | "answer" | "ticket" | "join";

export interface Endpoint {
  readonly method: "GET" | "POST";
  readonly path: `/${string}`;
  readonly mode: ResponseMode;
}

/** The caller, besides what the body says. */
export interface Caller {
  /** The language that the caller's headers request. */
  readonly locale: Locale;
  /** The user of the request, from the credential, a header, the query, or the field named by `Dialect.user`. */
  readonly userId: string;
  /** The file of a multipart request. */
  readonly file: RunFile | null;
}

/** A JSON response in a wire's own format. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Thrown by `parse` when a wire explains in its stream, in this one frame, why no run begins. */
export class StreamRefusal extends Error {
  override readonly name = "StreamRefusal";
  constructor(
    readonly frameFor: (view: View) => Frame,
    readonly threadId: string | null,
  ) {
    super("answered in the stream");
  }
}

/**
 * A two-way view of runs: a request in one service's format becomes a run, and the run's events become that service's
 * frames. Pure and stateless, so a reader can start anywhere. Adding one takes its file and a line in `index.ts`.
 */
export interface Dialect<Request extends TSchema = TSchema> {
  readonly name: string;
  readonly endpoints: readonly Endpoint[];
  /** The name of the agent that answers, unless the request chooses another. */
  readonly agent: string;
  /**
   * The schema of the JSON body, of a GET's query (every value is text), or of a multipart request's fields. Unlisted
   * fields are ignored. A field's `description` completes the sentence "… must be", which the caller receives when the
   * field is wrong.
   */
  readonly request: Request;
  /**
   * The field that names the user, and whether the request must name one; otherwise the user is `default_user`. Null
   * counts as absent.
   */
  readonly user: { readonly field: "userId" | "user_id"; readonly isRequired: boolean };
  /**
   * Whether its clients reconnect by themselves with the id of the last frame they have seen, whatever the method;
   * those of a GET always do (EventSource). When the service leaves a run that goes on, such a stream ends in order.
   * Any other is cut off, since its client would take an orderly end for success.
   */
  readonly isResumable: boolean;
  /** Whether it accepts multipart/form-data with a file. */
  readonly takesFile: boolean;
  /** Whether the caller is answered with the run's id alone, as soon as the run is stored, and reads it later. */
  isBackground(body: Static<Request>): boolean;
  /** Returns the places of the body that are accepted and not read, for the header `x-ignored`. */
  ignored(body: Static<Request>): readonly string[];
  /**
   * `body` has passed the schema. Where it does not say what becomes of the thread's other runs, the header
   * `x-multitask` may. Throws a RequestError (`invalid`) for errors that no schema can express, or a StreamRefusal.
   */
  parse(body: Static<Request>, caller: Caller): RunRequest;
  /**
   * Returns the frame that shows the event; null when this wire does not show it. Every terminal event has a frame, and
   * only terminal events have terminal frames. A seq of 0 marks a failure that could not be stored and has no place in
   * the log.
   */
  translate(event: LogEvent, view: View): Frame | null;
  /** Makes the body of an `answer` endpoint from the run's terminal event. Null when the wire has no such endpoint. */
  readonly answer: ((end: LogEvent, view: View) => Answer) | null;
  /** Words a refusal that precedes a run. Null when the wire uses the common contract's format. */
  readonly refuse: ((error: RequestError, status: number) => Answer | null) | null;
  /** For the OpenAPI document. Tests check real frames, answers and refusals against it. */
  readonly guide: Guide;
}

/** For wires that accept JSON and answer in streams only. */
export const STREAM_ONLY = {
  isResumable: false,
  takesFile: false,
  isBackground: () => false,
  ignored: () => [],
  answer: null,
  refuse: null,
} as const;

/** For wires whose requests need not name a user. */
export const USER_IF_NAMED = { user: { field: "user_id", isRequired: false } } as const;

/** For questions without a file that use the operator's model. */
export const PLAIN_RUN = { agent: null, model: null, file: null } as const;
