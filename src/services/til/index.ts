import { agent, type GraphDefinition } from "../../agents/public.ts";
import { slugOf } from "../../domain/slug.ts";
import type { TilDraft } from "../../domain/til-draft.ts";
import { describe } from "./describe.ts";
import type { TilParts } from "./parts.ts";
import { read } from "./read.ts";
import { optionsOf, type TilState } from "./state.ts";
import { noticeIn, write } from "./write.ts";

/**
 * Writes a note about what a text, a page or a file teaches, with a title, an excerpt and tags: read → write →
 * describe.
 */
export const tilAgent = (parts: TilParts): GraphDefinition<TilState> =>
  agent({
    description: 'Turns a text, a page or a file into a note of what was learned ("today I learned").',
    begin: (input) => ({
      options: optionsOf(input),
      dayNumber: null,
      source: null,
      content: "",
      title: "",
      excerpt: null,
      tags: null,
    }),
    start: "read",
    nodes: { read: read(parts), write, describe: describe(parts) },
    result: (state): TilDraft => {
      const { title, dayNumber, excerpt, content, tags } = state;
      return {
        title,
        slug: slugOf(title),
        day_number: dayNumber,
        excerpt,
        content: content + noticeIn(state),
        tags: tags === null ? null : [...tags],
      };
    },
  });
