import { type Static, Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { Document } from "../../domain/document.ts";
import { isStorable } from "../../domain/text.ts";
import { Text } from "../../domain/text-field.ts";
import { UnreadableError } from "../../domain/unreadable.ts";
import { fillsPage } from "../../store/page-bytes.ts";
import type { RouteParts } from "../context.ts";
import { keyedRequest } from "../idempotency/key.ts";
import { described, empty, json, type Tag } from "../openapi/operation.ts";
import { IDEMPOTENCY_HEADER, inPath, inQuery, paging, USER_OR_DEFAULT } from "../openapi/parameters.ts";
import { unreadable } from "../refusal-status.ts";
import { callerOrDefault, notFound } from "../request/caller.ts";
import { DocumentForm, DocumentText, uploadedDocument } from "../request/uploads.ts";
import { pageIn, pageOf } from "./pagination.ts";
import { DocumentShape, listOf } from "./shapes.ts";

const PER_PAGE = { defaultSize: 20, maxSize: 100 };
/** The document's time of creation and its id, since several may share the time. */
const Place = Type.Tuple([Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), Text({ maxLength: 64 })]);

const TAG: Tag = {
  name: "Documents",
  description: "The documents that answers can cite. Users see only their own.",
};

const StoredDocumentShape = Type.Object(
  { ...DocumentShape.properties, is_new: Type.Boolean() },
  { title: "StoredDocument" },
);

/** A user's documents: uploaded as JSON or as a file, listed, deleted. Another user's are not found. */
export const documentRoutes = ({ retrieval, store: { documents }, idempotency }: RouteParts) =>
  new Elysia({ name: "documents", prefix: "/api/v1/documents" })
    .post(
      "",
      async ({ request, set }) => {
        const { body, account } = await uploadedDocument(request);
        const { userId, document, field } = body;
        const keyed = keyedRequest(request, "/api/v1/documents", userId);
        const ingest = async () => {
          // The reader accounts for the bytes once it has them: writing the chunks may take minutes.
          const { document: stored, isNew } = await retrieval
            .ingest(userId, document, request.signal, () => account.close())
            .catch((error: unknown) => {
              throw error instanceof UnreadableError ? unreadable(error, field) : error;
            });
          const embedded = await retrieval.embedded(userId, [stored.documentId]);
          return { status: isNew ? 201 : 200, body: { ...documentView(stored, embedded), is_new: isNew } };
        };
        const answer = await idempotency.write(keyed, request.signal, ingest).finally(() => account.close());
        set.status = answer.status;
        return answer.body;
      },
      {
        parse: "none",
        detail: described({
          tag: TAG,
          access: "own",
          summary: "Add a document",
          description: "Text, Markdown, HTML, CSV or PDF, sent as text in JSON or as a file in a form.",
          parameters: [...USER_OR_DEFAULT, IDEMPOTENCY_HEADER],
          body: { ...DocumentText, title: "DocumentText" },
          form: { ...DocumentForm, title: "DocumentForm" },
          replies: {
            201: json("The document is stored and searchable.", StoredDocumentShape),
            200: json("The collection already holds this content; it is stored once.", StoredDocumentShape),
          },
          refusals: ["too_many_files", "store_unavailable"],
        }),
      },
    )
    .get(
      "",
      async ({ request }) => {
        const userId = callerOrDefault(request);
        const { limit, after } = pageIn(request, Place, PER_PAGE);
        const place = after === null ? null : { createdAt: after[0], documentId: after[1] };
        const collection = new URL(request.url).searchParams.get("collection");
        const found = await documents.list(userId, { collection, limit: limit + 1, after: place });
        const { items, next } = pageOf(
          found,
          limit,
          ({ createdAt, documentId }) => [createdAt, documentId],
          fillsPage(found.map(({ metadata }) => JSON.stringify(metadata))),
        );
        const ids = items.map(({ documentId }) => documentId);
        const embedded = await retrieval.embedded(userId, ids);
        return { documents: items.map((document) => documentView(document, embedded)), next_cursor: next };
      },
      {
        detail: described({
          tag: TAG,
          access: "read",
          summary: "List the user's documents, newest first",
          parameters: [
            ...USER_OR_DEFAULT,
            inQuery("collection", "Lists only the documents of this collection."),
            ...paging(PER_PAGE),
          ],
          replies: { 200: json("A page of documents.", listOf("documents", DocumentShape)) },
          refusals: ["invalid", "store_unavailable"],
        }),
      },
    )
    .delete(
      "/:documentId",
      async ({ params: { documentId }, request }) => {
        const userId = callerOrDefault(request);
        if (!isStorable(documentId) || !(await documents.delete(userId, documentId))) throw notFound("document");
        return new Response(null, { status: 204 });
      },
      {
        parse: "none",
        detail: described({
          tag: TAG,
          access: "own",
          summary: "Delete a document",
          parameters: [
            inPath("documentId", "The id that was returned when the document was added."),
            ...USER_OR_DEFAULT,
          ],
          replies: { 204: empty("The document is deleted and no longer searchable.") },
          refusals: ["not_found", "invalid", "store_unavailable"],
        }),
      },
    );

/** A document as answers and lists show it. `embedded` holds the ids of those that are found by vectors too. */
const documentView = (
  { documentId, title, collection, mediaType, metadata, chunks, createdAt }: Document,
  embedded: ReadonlySet<string>,
): Static<typeof DocumentShape> => ({
  id: documentId,
  document_id: documentId,
  title,
  collection,
  media_type: mediaType,
  metadata,
  chunks,
  chunk_count: chunks,
  embedded: embedded.has(documentId),
  created_at: new Date(createdAt).toISOString(),
});
