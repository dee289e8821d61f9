import type { TSchema } from "@sinclair/typebox";

/** One kind of frame that a stream may hold. */
export interface FrameGuide {
  /** Its `event:` line. Null: it has none, and browsers hand it to `onmessage`. */
  readonly event: string | null;
  /** What it is sent for: a phrase. */
  readonly when: string;
  /** Its `data`, which is JSON. A frame without an event line is told by the literal `type` in here. */
  readonly data: TSchema;
  /** What its `id:` line holds: a phrase. Left out: it has none. */
  readonly id?: string;
}

/**
 * What a wire's users are told of it: its part of the OpenAPI document, beside endpoints and request, which the dialect
 * itself lists. Texts are Markdown.
 */
export interface Guide {
  /** What the wire is called, in a few words. */
  readonly title: string;
  /** What it is for, and what cannot be seen from its schemas. */
  readonly about: string;
  /** Each kind of frame, the terminal ones last. */
  readonly frames: readonly FrameGuide[];
  /** The body of an `answer` endpoint when all went well. Null: the wire has no such endpoint. */
  readonly answer: TSchema | null;
  /** Bodies of an `answer` endpoint whose run has failed, by status. */
  readonly failures: Readonly<Record<number, TSchema>>;
  /** Bodies of refusals that the wire words itself, by status. Of any other status they are as the common contract has it. */
  readonly refusals: Readonly<Record<number, TSchema>>;
}

/** Of wires that answer in streams alone and refuse as the common contract has it. */
export const COMMON_GUIDE = { answer: null, failures: {}, refusals: {} } as const;
