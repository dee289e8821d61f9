import type { TextPart, ToolCallPart } from "./answer.ts";

/** A turn that has ended, with what a later turn's model is given of it. */
export interface EndedTurn {
  readonly question: string;
  /** Images that the user attached, by URL or inline. Empty for a turn that is not among the newest. */
  readonly images: readonly string[];
  /** The answer's text, all of it; empty when there is none. */
  readonly content: string;
  /** How text and tool calls follow each other. Empty for an answer that was stored without detail. */
  readonly parts: readonly (TextPart | ToolCallPart)[];
  /** The opaque state of the turn's answers, in their order. */
  readonly rounds: readonly RoundState[];
}

/** The opaque state of one of a model's answers, as stored. Never shown. */
export interface RoundState {
  /** The ids, in the log, of the tool calls that the answer asked for, in order. Empty for a text after tool calls. */
  readonly calls: readonly string[];
  /** The id of the model that answered. Nothing is given to any other. */
  readonly model: string;
  /** JSON that only the model's adapter reads. */
  readonly data: unknown;
}
