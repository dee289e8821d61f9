import type { Passage } from "./document.ts";
import type { Payload } from "./event.ts";

/** One item of a `sources` event. */
export type SourceItem = Payload<"sources">["items"][number];

/** The fields that identify the document override its own metadata, so that a client can rely on them. */
export const sourceItem = ({
  documentId,
  title,
  content,
  metadata,
  score,
}: Pick<Passage, "documentId" | "title" | "content" | "metadata" | "score">): SourceItem => ({
  content,
  metadata: { ...metadata, document_id: documentId, title },
  score,
});
