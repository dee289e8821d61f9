import type { AgentContext, AgentNode } from "../../agents/contract.ts";
import type { Passage } from "../../domain/document.ts";
import type { Payload } from "../../domain/event.ts";
import type { Retrieval } from "../../retrieval/contract.ts";
import type { RagState } from "./state.ts";

/** Of a question, so much is searched for; in UTF-16 units. An embedding takes no more, and words past it say little. */
const MAX_QUERY = 2_000;

/** Looks for passages and tells what it found, were it nothing. No model stands before that. */
export const retrieve = (retrieval: Pick<Retrieval, "search">): AgentNode<RagState> => ({
  name: "retrieve",
  stage: "retrieval",
  message: (locale) => (locale === "ko" ? "문서에서 찾고 있습니다." : "Looking it up in the documents."),
  async *run(state, context) {
    const passages = await search(retrieval, state, context);
    yield { type: "sources", payload: { items: passages.map(sourceOf) } };
    return { passages: passages.map(({ title, content }) => ({ title, content })) };
  },
  next: () => "answer",
});

/** By the question; when that finds nothing, together with the one before it, to which it may belong ("and on Sundays?"). */
const search = async (
  retrieval: Pick<Retrieval, "search">,
  { question, k, collection }: RagState,
  context: AgentContext,
): Promise<readonly Passage[]> => {
  const find = (text: string) =>
    retrieval.search(context.userId, { text: text.slice(0, MAX_QUERY).toWellFormed(), collection, k }, context.signal);
  const found = await find(question);
  if (found.length > 0) return found;
  const before = (await context.history()).findLast(({ role }) => role === "user");
  return before === undefined ? found : find(`${question.slice(0, MAX_QUERY / 2)}\n${before.content}`);
};

/** The document's own metadata, and over it what tells the document: whoever shows a source must be able to rely on that. */
const sourceOf = ({ documentId, title, content, metadata, score }: Passage): Payload<"sources">["items"][number] => ({
  content,
  metadata: { ...metadata, document_id: documentId, title },
  score,
});
