import type { EventBody, NodeDefinition } from "../../agents/public.ts";
import { beginning } from "../../domain/text.ts";
import type { SuggestedTag } from "../../domain/til-draft.ts";
import { type WritingForm, writingRequest } from "../../models/writing.ts";
import { EXCERPT_FROM, excerptIn } from "./excerpt.ts";
import type { TilParts } from "./parts.ts";
import { sourceIn, type TilState } from "./state.ts";
import { tagsIn } from "./tags.ts";
import { TITLE_FROM, titleIn } from "./title.ts";

/** How many of the user's tags are loaded, and how many of those, the most used, are offered to the model. */
const KNOWN_TAGS = 1_000;
const OFFERED_TAGS = 100;
/** The part of the note that tags are chosen from, in code points. */
const TAGS_FROM = 6_000;
/** The most that is used of a title, an excerpt or tags, in UTF-16 units. None of them is longer. */
const MAX_TEXT = 4_000;

/** Writes title, excerpt and tags concurrently and emits them in this order. If one fails, the run fails. */
export const describe = ({ tils }: TilParts): NodeDefinition<TilState> => ({
  stage: "describing",
  message: (locale) =>
    locale === "ko" ? "제목과 요약, 태그를 정하고 있습니다." : "Finding a title, an excerpt and tags.",
  async *run(context, state) {
    const { content, options } = state;
    const { language } = sourceIn(state);
    const closing = new AbortController();
    const write = async (form: WritingForm, from: number, knownTags: readonly string[] = []): Promise<string> => {
      const request = writingRequest({ form, language, text: beginning(content, from), knownTags });
      const { text } = await context.complete({ ...request, tools: [], signal: closing.signal });
      return text.slice(0, MAX_TEXT).toWellFormed();
    };

    const suggest = async (): Promise<readonly SuggestedTag[]> => {
      const known = await tils.tags(context.userId, KNOWN_TAGS);
      const offered = known.slice(0, OFFERED_TAGS).map(({ name }) => name);
      return tagsIn(await write("tags", TAGS_FROM, offered), known);
    };
    const pending = {
      title: write("title", TITLE_FROM).then((answer) => titleIn(answer, content)),
      excerpt: options.excerpt ? write("excerpt", EXCERPT_FROM).then((answer) => excerptIn(answer, content)) : null,
      tags: options.tags ? suggest() : null,
    };
    const settled = Promise.allSettled(Object.values(pending));
    try {
      const title = await pending.title;
      yield nodeResult("title", title);
      const excerpt = await pending.excerpt;
      if (excerpt !== null) yield nodeResult("excerpt", excerpt);
      const tags = await pending.tags;
      if (tags !== null) yield nodeResult("tags", tags);
      return { title, excerpt, tags };
    } finally {
      closing.abort();
      // Waits for the other calls, so that their usage is counted before the run ends.
      await settled;
    }
  },
});

const nodeResult = (node: string, output: unknown): EventBody => ({ type: "node_result", payload: { node, output } });
