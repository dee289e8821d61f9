import { Type } from "@sinclair/typebox";
import { SuggestedTag, TilDraft } from "../domain/til-draft.ts";
import type { Guide } from "./guide.ts";

const { tags: _, ...draft } = TilDraft.properties;

const Failure = Type.Object({
  error: Type.Object({
    code: Type.String(),
    message: Type.String(),
    details: Type.Array(Type.Unknown(), { maxItems: 0 }),
  }),
});

export const generateGuide: Guide = {
  title: "TIL generation",
  about:
    "Makes a note of what can be learned (“today I learned”) from a text, a page or a file (text, Markdown, HTML, CSV, PDF), " +
    "with a title, an excerpt and tags. Nothing is saved: hand what you like of it to `POST /api/v1/tils`. " +
    "The user is that of `x-user-id`, of `userId` or of a form's `user_id`, or else `default_user`. " +
    "What is asked of a `provider` is paid by the operator, so it must have been set up.",
  frames: [
    {
      event: "day_number",
      when: "if `auto_day_number`: the user's highest, plus one",
      data: Type.Object({ day_number: Type.Integer() }),
    },
    {
      event: "content_chunk",
      when: "a piece of the main text, which is Markdown; all of them, concatenated, are the text",
      data: Type.Object({ chunk: Type.String() }),
    },
    { event: "title", when: "once the main text is there", data: Type.Object({ title: Type.String() }) },
    {
      event: "excerpt",
      when: "if `auto_excerpt`: at most 500 characters",
      data: Type.Object({ excerpt: Type.String() }),
    },
    {
      event: "tags",
      when: "if `auto_tags`: at most 5, those that the user has first; a new one has no id",
      data: Type.Object({ tags: Type.Array(SuggestedTag) }),
    },
    { event: "complete", when: "terminal: success", data: Type.Object({ success: Type.Literal(true) }) },
    { event: "error", when: "terminal: failure, in place of `complete`", data: Type.Object({ error: Type.String() }) },
  ],
  answer: Type.Object({
    ...draft,
    suggested_tag_ids: Type.Array(Type.String(), { description: "of the suggested tags, those that the user has" }),
    suggested_tags: Type.Array(SuggestedTag),
  }),
  refusals: {},
  failures: { 422: Failure, 429: Failure, 500: Failure, 502: Failure, 503: Failure, 504: Failure },
};
