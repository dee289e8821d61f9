import type { Static, TSchema } from "@sinclair/typebox";
import type { Upload } from "../domain/document.ts";
import type { RequestError } from "../domain/error.ts";
import type { LogEvent } from "../domain/event.ts";
import type { Locale, RunInput } from "../domain/run.ts";
import type { RunRequest } from "../runs/contract.ts";
import type { Frame } from "../wire/encode.ts";
import type { Guide } from "./guide.ts";

/** What a stream's frames may speak of besides the event. */
export interface View {
  readonly threadId: string;
  /** The same as JSON: written once, put into every frame. */
  readonly threadJson: string;
  readonly runId: string;
  readonly traceId: string;
  readonly locale: Locale;
  /** What the agent was asked with, as `RunInput` has it: a wire may show more of a run to who wants more. */
  readonly options: RunInput["options"];
}

/**
 * How an endpoint answers. Frames of a GET have an `id:` that names the run and the event: browsers' `EventSource` comes back
 * after every end, and joins its run by that. `stream`: the run's frames. `answer`: one JSON body, once the run has ended. `ticket`: 201 with an
 * unguessable id, under which the question waits; `join`, whose path ends in `/:id`: the frames of that ticket's run, which
 * begins with the first who comes and is joined by all others.
 */
export type Form = "stream" | "answer" | "ticket" | "join";

export interface Endpoint {
  readonly method: "GET" | "POST";
  readonly path: `/${string}`;
  readonly form: Form;
}

/** Who asks, besides what the body says. */
export interface Caller {
  /** What the caller's headers ask for. */
  readonly locale: Locale;
  /** Whose request it is, whatever says so: the credential, a header, the query, or the field that `Dialect.user` tells. */
  readonly userId: string;
  /** What came with a multipart request. */
  readonly file: Upload | null;
}

/** A JSON response of a wire's own. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Thrown by `parse` where a wire tells in its stream, in this one frame, why there is nothing to run. */
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
 * A two-way view of runs: a request in one service's words becomes a run, and the run's events become that service's
 * frames. Pure and without state, so a reader can come in anywhere. Mounting one takes its file and a line in `index.ts`.
 */
export interface Dialect<Request extends TSchema = TSchema> {
  readonly name: string;
  readonly endpoints: readonly Endpoint[];
  /** The agent that answers. */
  readonly agent: string;
  /**
   * The JSON body, of a GET the query (every value is text), of a multipart request its fields. Fields it does not list are
   * ignored. A field's `description` completes the sentence "… must be", and is what a caller is told when the field is wrong.
   */
  readonly request: Request;
  /** The field that names the user, and whether somebody must be named: else it is `default_user`. Null is the same as nothing. */
  readonly user: { readonly field: "userId" | "user_id"; readonly isRequired: boolean };
  /**
   * Whether its clients come back by themselves with the id of the last frame they have seen, whatever the method; those of a GET
   * do anyway (EventSource). Where the service leaves a run that goes on, such a stream ends in order; any other is cut off,
   * since its client would take an end for success.
   */
  readonly isResumable: boolean;
  /** Whether it may come as multipart/form-data, with a file. */
  readonly takesFile: boolean;
  /** `body` has passed the schema. Throws a RequestError (`invalid`) for what no schema can say, or a StreamRefusal. */
  parse(body: Static<Request>, caller: Caller): RunRequest;
  /**
   * The frame that shows the event; null where this wire does not show it. Every terminal event has a frame, and only
   * terminal ones have terminal frames. A seq of 0 marks a failure that could not be kept: it names no place in the log.
   */
  translate(event: LogEvent, view: View): Frame | null;
  /** The body of an `answer` endpoint, made of the run's terminal event. Null: the wire has no such endpoint. */
  readonly answer: ((end: LogEvent, view: View) => Answer) | null;
  /** How the wire words a refusal before a run. Null: as the common contract has it. */
  readonly refuse: ((error: RequestError, status: number) => Answer | null) | null;
  /** For the OpenAPI document. Tests hold real frames, answers and refusals against it. */
  readonly guide: Guide;
}

/** Of wires that do nothing but stream what they were asked as JSON. */
export const STREAM_ONLY = { isResumable: false, takesFile: false, answer: null, refuse: null } as const;

/** Of wires that need not be told who asks. */
export const USER_IF_NAMED = { user: { field: "user_id", isRequired: false } } as const;

/** Of questions that leave the model to the operator and come with no file. */
export const PLAIN_RUN = { model: null, file: null } as const;
