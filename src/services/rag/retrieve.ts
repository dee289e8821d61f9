import { type Context, type NodeDefinition, questionsIn } from "../../agents/public.ts";
import type { Passage } from "../../domain/document.ts";
import { sourceItem } from "../../domain/source-item.ts";
import type { RagState } from "./state.ts";

/** The part of a follow-up that is searched for together with the question before it, in UTF-16 units. */
const MAX_FOLLOW_UP = 1_000;

/** Searches for passages and emits what it found, also when that is nothing. Calls no model. */
export const retrieve: NodeDefinition<RagState> = {
  stage: "retrieval",
  message: (locale) => (locale === "ko" ? "문서에서 찾고 있습니다." : "Looking it up in the documents."),
  async *run(context, state) {
    const passages = await search(context, state);
    yield { type: "sources", payload: { items: passages.map(sourceItem) } };
    return { passages: passages.map(({ title, content }) => ({ title, content })) };
  },
};

/**
 * Searches by the question. If that finds nothing, searches by it and the previous question, which it may follow up
 * ("and on Sundays?").
 */
const search = async (context: Context, { question, k, collection }: RagState): Promise<readonly Passage[]> => {
  const find = (text: string) => context.retrieval.search({ text, collection, k });
  const found = await find(question);
  if (found.length > 0) return found;
  const before = questionsIn(await context.history()).at(-1);
  return before === undefined ? found : find(`${question.slice(0, MAX_FOLLOW_UP)}\n${before}`);
};
