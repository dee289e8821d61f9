import { Value } from "@sinclair/typebox/value";
import type { Locale, RunInput } from "../../domain/run.ts";
import { type SuggestedTag, TilOptions } from "../../domain/til-draft.ts";

export const optionsOf = ({ options }: RunInput): TilOptions => Value.Parse(TilOptions, options);

/** The text that a note is written from. */
export interface Source {
  readonly text: string;
  readonly language: Locale;
  /** The source was longer than `MAX_SOURCE` and has been cut. */
  readonly isCut: boolean;
}

export interface TilState {
  readonly options: TilOptions;
  readonly dayNumber: number | null;
  /** Null until it is read. */
  readonly source: Source | null;
  /** The main text without the notice after it. Title, excerpt and tags are written from this. */
  readonly content: string;
  readonly title: string;
  readonly excerpt: string | null;
  readonly tags: readonly SuggestedTag[] | null;
}

/** Returns the source. Throws when the node that reads it has not run. */
export const sourceIn = ({ source }: TilState): Source => {
  if (source === null) throw new Error("the til agent writes before it has read");
  return source;
};
