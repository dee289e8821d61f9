import { Value } from "@sinclair/typebox/value";
import type { Locale, RunInput } from "../../domain/run.ts";
import { type SuggestedTag, TilOptions } from "../../domain/til-draft.ts";

export const optionsOf = ({ options }: RunInput): TilOptions => Value.Parse(TilOptions, options);

/** What a note is written from. */
export interface Source {
  readonly text: string;
  readonly language: Locale;
  /** There was more of it than anybody can be asked to read. */
  readonly isCut: boolean;
}

export interface TilState {
  readonly options: TilOptions;
  readonly dayNumber: number | null;
  /** Null: not read yet. */
  readonly source: Source | null;
  /** The main text, without the notice behind it: title, excerpt and tags are made of this. */
  readonly content: string;
  readonly title: string;
  readonly excerpt: string | null;
  readonly tags: readonly SuggestedTag[] | null;
}

/** The source, in a node that stands behind the one that reads it. */
export const sourceIn = ({ source }: TilState): Source => {
  if (source === null) throw new Error("the til agent writes before it has read");
  return source;
};
