import { type Static, Type } from "@sinclair/typebox";
import { Collection } from "../../domain/document.ts";
import type { QuotedPassage } from "../../models/passages.ts";

/** What a run of `rag` is asked besides its question. */
export const RagOptions = Type.Object({
  /** Passages to answer from, at most. */
  k: Type.Integer({ minimum: 1, maximum: 20 }),
  /** The only collection that is searched. */
  collection: Collection,
});
export type RagOptions = Static<typeof RagOptions>;

/** What the nodes of `rag` know of a turn. */
export interface RagState extends RagOptions {
  readonly question: string;
  /** What was found, best first. */
  readonly passages: readonly QuotedPassage[];
  /** As it was streamed. */
  readonly answer: string;
}
