import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { Locale, RunInput } from "../../domain/run.ts";

/** What a dialect puts into a run's options. */
export const TilOptions = Type.Object({
  /** `url`: the message is one; it is fetched. `text`, `file`: what is to be learned from came with the run, as its file. */
  source: Type.Union([Type.Literal("text"), Type.Literal("url"), Type.Literal("file")]),
  dayNumber: Type.Boolean(),
  excerpt: Type.Boolean(),
  tags: Type.Boolean(),
});
export type TilOptions = Static<typeof TilOptions>;

export const optionsOf = ({ options }: RunInput): TilOptions => Value.Parse(TilOptions, options);

export const SuggestedTag = Type.Object({
  /** Null: the user has no such tag yet. */
  id: Type.Union([Type.String(), Type.Null()]),
  name: Type.String(),
  slug: Type.String(),
  is_new: Type.Boolean(),
});
export type SuggestedTag = Static<typeof SuggestedTag>;

/** A TIL that is not saved: what a run's `done` event carries. What was not asked for is null. */
export const TilDraft = Type.Object({
  title: Type.String(),
  /** As it would be if no other TIL of the user had it. */
  slug: Type.String(),
  day_number: Type.Union([Type.Integer(), Type.Null()]),
  excerpt: Type.Union([Type.String(), Type.Null()]),
  content: Type.String(),
  tags: Type.Union([Type.Array(SuggestedTag), Type.Null()]),
});
export type TilDraft = Static<typeof TilDraft>;

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
