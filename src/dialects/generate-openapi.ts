import { Type } from "@sinclair/typebox";
import { SuggestedTag, TilDraft } from "../domain/til-draft.ts";
import type { Guide } from "./openapi-guide.ts";

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
    "Writes a “today I learned” note about a text, a web page or a file (text, Markdown, HTML, CSV, PDF), " +
    "with a title, an excerpt and tags. Nothing is saved: send the parts you want to `POST /api/v1/tils`. " +
    "The user is taken from `x-user-id`, `userId` or a form's `user_id`, and defaults to `default_user`. " +
    "A `provider` can be chosen only if the operator, who pays for it, has configured it.",
  frames: [
    {
      event: "day_number",
      when: "if `auto_day_number`: the user's highest, plus one",
      data: Type.Object({ day_number: Type.Integer() }),
    },
    {
      event: "content_chunk",
      when: "part of the main text, which is Markdown; all parts, concatenated, are the text",
      data: Type.Object({ chunk: Type.String() }),
    },
    { event: "title", when: "the main text is complete", data: Type.Object({ title: Type.String() }) },
    {
      event: "excerpt",
      when: "if `auto_excerpt` is true; at most 500 characters",
      data: Type.Object({ excerpt: Type.String() }),
    },
    {
      event: "tags",
      when: "if `auto_tags` is true; at most 5, the user's existing tags first; a new tag has no id",
      data: Type.Object({ tags: Type.Array(SuggestedTag) }),
    },
    { event: "complete", when: "the run succeeded; terminal", data: Type.Object({ success: Type.Literal(true) }) },
    {
      event: "error",
      when: "the run failed; terminal, in place of `complete`",
      data: Type.Object({ error: Type.String() }),
    },
  ],
  takesBackground: false,
  answer: Type.Object({
    ...draft,
    suggested_tag_ids: Type.Array(Type.String(), {
      description: "The ids of the suggested tags that the user already has.",
    }),
    suggested_tags: Type.Array(SuggestedTag),
  }),
  refusals: {},
  failures: { 422: Failure, 429: Failure, 500: Failure, 502: Failure, 503: Failure, 504: Failure },
};
