import { sql } from "drizzle-orm";
import { storable } from "../../domain/text.ts";
import { databaseNow } from "../clock.ts";
import type { Database } from "../database.ts";
import { isUnfinished } from "../log/rows.ts";
import type { FileStore } from "./contract.ts";

/** In bytes: PGlite takes some milliseconds for as many. */
const PIECE = 512 * 1024;

/** Bytes travel as base64, as those of images do. */
export const fileQueries = (database: Database): FileStore => ({
  put: async ({ threadKey, runId }, { name, mediaType, bytes }) => {
    const pieces = Math.max(1, Math.ceil(bytes.byteLength / PIECE));
    for (let piece = 1; piece <= pieces; piece++) {
      const base64 = Buffer.from(bytes.subarray((piece - 1) * PIECE, piece * PIECE)).toString("base64");
      await database.call("files.put", async ({ rows }) => {
        await rows(sql`
          insert into run_files (thread_key, run_id, piece, pieces, name, media_type, bytes, created_at)
          values (${threadKey}::text, ${runId}::text, ${piece}::int, ${pieces}::int, ${storable(name)}::text,
            ${storable(mediaType)}::text, decode(${base64}::text, 'base64'), ${databaseNow})
          on conflict do nothing`);
      });
    }
  },

  get: async ({ threadKey, runId }) => {
    const found: Buffer[] = [];
    for (;;) {
      const piece = found.length + 1;
      const [row] = await database.call("files.get", ({ rows }) =>
        rows<{ pieces: number; name: string; mediaType: string; base64: string }>(sql`
          select pieces, name, media_type as "mediaType", encode(bytes, 'base64') as base64 from run_files
          where thread_key = ${threadKey} and run_id = ${runId} and piece = ${piece}::int`),
      );
      if (row === undefined) return null;
      found.push(Buffer.from(row.base64, "base64"));
      const { name, mediaType } = row;
      if (piece === row.pieces) return { name, mediaType, bytes: new Uint8Array(Buffer.concat(found)) };
    }
  },

  remove: ({ threadKey, runId }) =>
    database.call("files.remove", async ({ rows }) => {
      await rows(sql`delete from run_files where thread_key = ${threadKey} and run_id = ${runId}`);
    }),

  sweep: (forMs, limit) =>
    database.call(
      "files.sweep",
      async ({ rows }) => {
        const swept = await rows(sql`
          delete from run_files where (thread_key, run_id, piece) in (
            select thread_key, run_id, piece from run_files
            where created_at <= ${databaseNow} - ${forMs}::bigint and not exists (
              select from runs
              where runs.thread_key = run_files.thread_key and runs.run_id = run_files.run_id and ${isUnfinished}
            )
            limit ${limit}::int for update skip locked
          ) returning 1`);
        return swept.length;
      },
      { lane: "bulk" },
    ),
});
