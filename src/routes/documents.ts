import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { DEFAULT_USER } from "../dialects/fields.ts";
import type { Document } from "../domain/document.ts";
import { isStorable } from "../domain/text.ts";
import { UnreadableError } from "../domain/unreadable.ts";
import { namedUser, notFound } from "./caller.ts";
import type { RouteParts } from "./context.ts";
import { unreadable } from "./errors.ts";
import { handedIn } from "./handed-in.ts";
import { pageIn, pageOf } from "./page.ts";

const PER_PAGE = { usual: 20, most: 100 };
/** When the document was made, and its id: the first alone may be shared. */
const Place = Type.Tuple([
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  Type.String({ maxLength: 64 }),
]);

/** A user's documents: handed in as JSON or as a file, listed, taken away. Another user's are not found. */
export const documentRoutes = ({ retrieval, store: { documents } }: RouteParts) =>
  new Elysia({ name: "documents", prefix: "/api/v1/documents" })
    .post(
      "",
      async ({ request, set }) => {
        const { userId, document, field } = await handedIn(request);
        const { document: kept, isNew } = await retrieval
          .ingest(userId, document, request.signal)
          .catch((error: unknown) => {
            throw error instanceof UnreadableError ? unreadable(error, field) : error;
          });
        set.status = isNew ? 201 : 200;
        return { ...documentView(kept), is_new: isNew };
      },
      { parse: "none" },
    )
    .get("", async ({ request }) => {
      const userId = namedUser(request) ?? DEFAULT_USER;
      const { limit, after } = pageIn(request, Place, PER_PAGE);
      const place = after === null ? null : { createdAt: after[0], documentId: after[1] };
      const collection = new URL(request.url).searchParams.get("collection");
      const found = await documents.list(userId, { collection, limit: limit + 1, after: place });
      const { items, next } = pageOf(found, limit, ({ createdAt, documentId }) => [createdAt, documentId]);
      return { documents: items.map(documentView), next_cursor: next };
    })
    .delete(
      "/:documentId",
      async ({ params: { documentId }, request }) => {
        const userId = namedUser(request) ?? DEFAULT_USER;
        if (!isStorable(documentId) || !(await documents.delete(userId, documentId))) throw notFound("document");
        return new Response(null, { status: 204 });
      },
      { parse: "none" },
    );

/** A document as answers and lists show it. */
const documentView = ({ documentId, title, collection, mediaType, metadata, chunks, createdAt }: Document) => ({
  id: documentId,
  document_id: documentId,
  title,
  collection,
  media_type: mediaType,
  metadata,
  chunks,
  chunk_count: chunks,
  created_at: new Date(createdAt).toISOString(),
});
