import type { AgentContext, AgentNode } from "../../agents/contract.ts";
import { questionsIn } from "../../agents/history.ts";
import type { Passage } from "../../domain/document.ts";
import type { Payload } from "../../domain/event.ts";
import type { Retrieval } from "../../retrieval/contract.ts";
import type { RagState } from "./state.ts";

/**
 * The part of a question that is searched for, in UTF-16 units. An embedding takes no more, and later words add little.
 */
const MAX_QUERY = 2_000;

/** Searches for passages and emits what it found, also when that is nothing. Calls no model. */
export const retrieve = (retrieval: Pick<Retrieval, "search">): AgentNode<RagState> => ({
  name: "retrieve",
  stage: "retrieval",
  message: (locale) => (locale === "ko" ? "문서에서 찾고 있습니다." : "Looking it up in the documents."),
  async *run(context, state) {
    const passages = await search(retrieval, state, context);
    yield { type: "sources", payload: { items: passages.map(sourceOf) } };
    return { passages: passages.map(({ title, content }) => ({ title, content })) };
  },
  next: () => "answer",
});

/**
 * Searches by the question. If that finds nothing, searches by it and the previous question, which it may follow up
 * ("and on Sundays?").
 */
const search = async (
  retrieval: Pick<Retrieval, "search">,
  { question, k, collection }: RagState,
  context: AgentContext,
): Promise<readonly Passage[]> => {
  const find = (text: string) =>
    retrieval.search(context.userId, { text: text.slice(0, MAX_QUERY).toWellFormed(), collection, k }, context.signal);
  const found = await find(question);
  if (found.length > 0) return found;
  const before = questionsIn(await context.history()).at(-1);
  return before === undefined ? found : find(`${question.slice(0, MAX_QUERY / 2)}\n${before}`);
};

/** The fields that identify the document override its own metadata, so that a client can rely on them. */
const sourceOf = ({ documentId, title, content, metadata, score }: Passage): Payload<"sources">["items"][number] => ({
  content,
  metadata: { ...metadata, document_id: documentId, title },
  score,
});
