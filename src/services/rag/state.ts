import type { RagOptions } from "../../domain/rag-options.ts";
import type { QuotedPassage } from "../../models/passages.ts";

/** What the nodes of `rag` know of a turn. */
export interface RagState extends RagOptions {
  readonly question: string;
  /** What was found, best first. */
  readonly passages: readonly QuotedPassage[];
  /** As it was streamed. */
  readonly answer: string;
}
