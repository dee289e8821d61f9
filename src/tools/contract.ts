import type { Static, TSchema } from "@sinclair/typebox";
import type { EventBody } from "../domain/event.ts";
import type { Locale } from "../domain/run.ts";
import type { System } from "../domain/system.ts";
import type { Citations } from "./citations.ts";

export interface NewImage {
  readonly imageId: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export interface ToolContext {
  /** The owner of the run. */
  readonly userId: string;
  readonly signal: AbortSignal;
  readonly system: System;
  /** The language of texts for people, such as a picture's alt text. */
  readonly locale: Locale;
  /** The collections of the user's documents that the agent may search. Null: all of them. */
  readonly collections: readonly string[] | null;
  /** The passages that the turn's model has been given. */
  readonly citations: Citations;
  /** Stores a picture with the thread and returns the relative URL that serves it. */
  saveImage(image: NewImage): Promise<string>;
}

/** What a tool may use in one call. */
export interface ToolCallContext extends ToolContext {
  /** The call's id in the log, unique within its run. */
  readonly toolCallId: string;
  /** The same for every attempt at this call, by whichever replica. */
  readonly idempotencyKey: string;
}

/**
 * A tool that an agent may call. `call` may yield events, such as a picture's placeholder, and returns its output, a
 * JSON-serializable value for the model. It throws a ToolError when it cannot answer: the model receives that, not the
 * user. `input` is checked against the schema before `call` receives it.
 */
export interface Tool<S extends TSchema = TSchema> {
  readonly name: string;
  /** Tells the model what the tool does, when to use it and in which notation. */
  readonly description: string;
  readonly input: S;
  /** False: a call whose outcome is unknown must not be made again. Defaults to true. */
  readonly repeat?: boolean;
  /** True: it checks its input itself, and the schema is for the model alone. Defaults to false. */
  readonly checksInput?: boolean;
  call(input: Static<S>, context: ToolCallContext): AsyncGenerator<EventBody, unknown, void>;
}

/** The tool cannot answer. The message is written for the model and says what to change in the input. */
export class ToolError extends Error {
  override readonly name = "ToolError";
}
