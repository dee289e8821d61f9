import type { RagOptions } from "../../domain/rag-options.ts";
import type { QuotedPassage } from "../../models/passages.ts";

/** The state of `rag` during a turn. */
export interface RagState extends RagOptions {
  readonly question: string;
  /** The passages found, best first. */
  readonly passages: readonly QuotedPassage[];
  /** The text that was streamed. */
  readonly answer: string;
}
