import { sql } from "drizzle-orm";
import { storable } from "../../domain/text.ts";
import { texts } from "../columns.ts";
import type { Database } from "../database.ts";
import type { BareChunk, DocumentStore } from "./contract.ts";
import { LEXEMES_MARK, marksOf, tsqueryOf, tsvectorOf } from "./lexemes.ts";

type OldChunk = Omit<BareChunk, "headings"> & { readonly headings: string; readonly collection: string };

/** Finding the next chunks may require a scan of all. */
const DEADLINE_MS = 60_000;

/** Rebuilds the lexemes of chunks that were made by an older rule, so that a question's words match them. */
export const renewLexemesQuery = (database: Database): Pick<DocumentStore, "renewLexemes"> => ({
  renewLexemes: (after, limit) =>
    database.call(
      "documents.renewLexemes",
      async ({ rows }) => {
        const behind =
          after === null
            ? sql``
            : sql`and (c.user_id, c.document_id, c.ordinal) > (${after.userId}, ${after.documentId}, ${after.ordinal}::int)`;
        const old = await rows<OldChunk>(sql`
          select c.user_id as "userId", c.document_id as "documentId", c.ordinal, d.title, d.collection, c.headings, c.content
          from chunks c join documents d on d.user_id = c.user_id and d.document_id = c.document_id
          where not c.tokens @@ ${tsqueryOf(LEXEMES_MARK)}::tsquery ${behind}
          order by c.user_id, c.document_id, c.ordinal limit ${limit}::int`);
        if (old.length === 0) return [];
        await rows(sql`
          update chunks set tokens = renewed.tokens::tsvector
          from rows from (
            ${texts(old.map(({ userId }) => userId))}, ${texts(old.map(({ documentId }) => documentId))},
            ${texts(old.map(({ ordinal }) => String(ordinal)))}, ${texts(old.map(lexemesOf))}
          ) as renewed (user_id, document_id, ordinal, tokens)
          where chunks.user_id = renewed.user_id and chunks.document_id = renewed.document_id
            and chunks.ordinal = renewed.ordinal::int`);
        return old.map(({ userId, documentId, ordinal }) => ({ userId, documentId, ordinal }));
      },
      { lane: "bulk", deadlineMs: DEADLINE_MS },
    ),
});

const lexemesOf = ({ userId, collection, title, headings, content }: OldChunk): string =>
  storable(tsvectorOf(marksOf(userId, collection), [title, ...(JSON.parse(headings) as readonly string[])], content));
