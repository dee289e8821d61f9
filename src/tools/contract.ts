import type { Static, TSchema } from "@sinclair/typebox";
import type { EventBody } from "../domain/event.ts";
import type { Locale } from "../domain/run.ts";
import type { System } from "../domain/system.ts";

export interface NewImage {
  readonly imageId: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export interface ToolContext {
  /** Whose run it is. */
  readonly userId: string;
  readonly signal: AbortSignal;
  readonly system: System;
  /** Language of texts meant for people, such as a picture's alt text. */
  readonly locale: Locale;
  /** Keeps a picture with the thread and tells the relative URL that serves it. */
  saveImage(image: NewImage): Promise<string>;
}

/**
 * Something an agent may call. `call` yields events on its way (a picture's placeholder, say) and returns its output, a
 * JSON-able value that the model reads. It throws a ToolError when it cannot answer: the model is told, not the user.
 * `input` has been checked against the schema before `call` sees it.
 */
export interface Tool<S extends TSchema = TSchema> {
  readonly name: string;
  /** For the model: what it does, when to use it, in which notation. */
  readonly description: string;
  readonly input: S;
  call(input: Static<S>, context: ToolContext): AsyncGenerator<EventBody, unknown, void>;
}

/** A tool that could not answer. The message says what to change in the input; it is written for the model. */
export class ToolError extends Error {
  override readonly name = "ToolError";
}
