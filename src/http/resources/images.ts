import { Elysia } from "elysia";
import { isStorable } from "../../domain/text.ts";
import type { RouteParts } from "../context.ts";
import { described } from "../openapi/operation.ts";
import { inPath } from "../openapi/parameters.ts";
import { notFound } from "../request/caller.ts";

/** Images that runs have generated. The unguessable id is all that a reader needs. */
export const imageRoutes = ({ store }: RouteParts) =>
  new Elysia({ name: "images" }).get(
    "/api/v1/images/:imageId",
    async ({ params, set }) => {
      const image = isStorable(params.imageId) ? await store.images.get(params.imageId) : null;
      if (image === null) throw notFound("image");
      set.headers["content-type"] = image.mediaType;
      set.headers["cache-control"] = "private, max-age=31536000, immutable";
      // An SVG is a document: opened directly it must not run scripts.
      set.headers["content-security-policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
      set.headers["x-content-type-options"] = "nosniff";
      return image.bytes;
    },
    {
      detail: described({
        tag: { name: "Images", description: "Images that runs have produced." },
        access: "open",
        summary: "Get an image that an image_result event names",
        parameters: [inPath("imageId", "The image's id. It cannot be guessed, and no other credential is required.")],
        replies: { 200: { kind: "bytes", description: "The image. It never changes.", mediaType: "image/svg+xml" } },
        refusals: ["not_found", "store_unavailable"],
      }),
    },
  );
