import { and, eq, sql } from "drizzle-orm";
import type { Database } from "../database.ts";
import { images } from "../log/schema.ts";
import type { ImageStore } from "./contract.ts";

const isOfThread = sql`exists (
  select from threads where threads.thread_key = ${images.threadKey} and not threads.is_deleted)`;

/** Bytes travel as base64: PGlite makes and reads Postgres' own form byte by byte, which takes 150 ms for a megabyte. */
export const imageQueries = (database: Database): ImageStore => ({
  // The lock makes a concurrent deletion of the thread wait; if the deletion came first, no thread is found.
  put: (threadKey, image) =>
    database.call("images.put", async ({ rows }) => {
      const put = await rows(sql`
        with thread as (select thread_key from threads where thread_key = ${threadKey} and not is_deleted for key share)
        insert into images (thread_key, image_id, media_type, width, height, bytes, created_at)
        select thread_key, ${image.imageId}::text, ${image.mediaType}::text, ${image.width}::int, ${image.height}::int,
          decode(${Buffer.from(image.bytes).toString("base64")}::text, 'base64'), ${image.now}::bigint
        from thread
        returning 1`);
      return put.length > 0;
    }),

  get: (imageId) =>
    database.call("images.get", async ({ db }) => {
      const [image] = await db
        .select({ mediaType: images.mediaType, base64: sql<string>`encode(${images.bytes}, 'base64')` })
        .from(images)
        .where(and(eq(images.imageId, imageId), isOfThread))
        .limit(1);
      return image === undefined ? null : { mediaType: image.mediaType, bytes: Buffer.from(image.base64, "base64") };
    }),
});
