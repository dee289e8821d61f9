import type { TSchema } from "@sinclair/typebox";

/** One kind of frame that a stream may hold. */
export interface FrameGuide {
  /** Its `event:` line. Null: it has none, and browsers dispatch it to `onmessage`. */
  readonly event: string | null;
  /** When it is sent: a phrase. */
  readonly when: string;
  /** The schema of its `data`, which is JSON. The literal `type` in it identifies a frame without an event line. */
  readonly data: TSchema;
  /** What its `id:` line holds: a phrase. Left out when it has none. */
  readonly id?: string;
}

/**
 * A wire's part of the OpenAPI document, besides the endpoints and the request, which the dialect itself lists. Texts
 * are Markdown.
 */
export interface Guide {
  /** The wire's name, in a few words. */
  readonly title: string;
  /** Its purpose, and what its schemas cannot show. */
  readonly about: string;
  /** Each kind of frame, the terminal ones last. */
  readonly frames: readonly FrameGuide[];
  /** The body of an `answer` endpoint after success. Null when the wire has no such endpoint. */
  readonly answer: TSchema | null;
  /** Whether requests may ask for a run without a stream (`Dialect.isBackground`). */
  readonly takesBackground: boolean;
  /** Bodies of an `answer` endpoint whose run has failed, by status. */
  readonly failures: Readonly<Record<number, TSchema>>;
  /** Bodies of refusals in the wire's own format, by status. For any other status the common contract applies. */
  readonly refusals: Readonly<Record<number, TSchema>>;
}

/** For wires that answer in streams only and refuse as the common contract does. */
export const COMMON_GUIDE = { answer: null, takesBackground: false, failures: {}, refusals: {} } as const;
