import { type Agent, PLAIN_AGENT } from "../../agents/contract.ts";
import { slugOf } from "../../domain/slug.ts";
import type { TilDraft } from "../../domain/til-draft.ts";
import { titleOf } from "../../domain/title.ts";
import { describe } from "./describe.ts";
import type { TilParts } from "./parts.ts";
import { read } from "./read.ts";
import { optionsOf, type TilState } from "./state.ts";
import { noticeIn, write } from "./write.ts";

/**
 * Writes a note about what a text, a page or a file teaches, with a title, an excerpt and tags: read → write →
 * describe.
 */
export const tilAgent = (parts: TilParts): Agent<TilState> => ({
  ...PLAIN_AGENT,
  isOffered: false,
  name: "til",
  description: 'Turns a text, a page or a file into a note of what was learned ("today I learned").',
  title: titleOf,
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
  nodes: [read(parts), write, describe(parts)],
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
  timeoutMs: null,
});
