import { type Static, Type } from "@sinclair/typebox";

/** The options of a run that writes a TIL, besides its message. */
export const TilOptions = Type.Object({
  /** `url`: the message is a URL, which is fetched. `text`, `file`: the source material is the run's file. */
  source: Type.Union([Type.Literal("text"), Type.Literal("url"), Type.Literal("file")]),
  dayNumber: Type.Boolean(),
  excerpt: Type.Boolean(),
  tags: Type.Boolean(),
});
export type TilOptions = Static<typeof TilOptions>;

export const SuggestedTag = Type.Object({
  /** Null when the user has no such tag yet. */
  id: Type.Union([Type.String(), Type.Null()]),
  name: Type.String(),
  slug: Type.String(),
  is_new: Type.Boolean(),
});
export type SuggestedTag = Static<typeof SuggestedTag>;

/** A TIL that is not saved, as a run's `done` event carries it. Parts that were not requested are null. */
export const TilDraft = Type.Object({
  title: Type.String(),
  /** Its slug as long as no other TIL of the user has it. */
  slug: Type.String(),
  day_number: Type.Union([Type.Integer(), Type.Null()]),
  excerpt: Type.Union([Type.String(), Type.Null()]),
  content: Type.String(),
  tags: Type.Union([Type.Array(SuggestedTag), Type.Null()]),
});
export type TilDraft = Static<typeof TilDraft>;
