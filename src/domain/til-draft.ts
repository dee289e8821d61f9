import { type Static, Type } from "@sinclair/typebox";

/** What a run that writes a TIL is asked besides its message. */
export const TilOptions = Type.Object({
  /** `url`: the message is one; it is fetched. `text`, `file`: what is to be learned from came with the run, as its file. */
  source: Type.Union([Type.Literal("text"), Type.Literal("url"), Type.Literal("file")]),
  dayNumber: Type.Boolean(),
  excerpt: Type.Boolean(),
  tags: Type.Boolean(),
});
export type TilOptions = Static<typeof TilOptions>;

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
