import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { version } from "../../package.json";
import { notFound } from "./caller.ts";
import { Constant } from "./docs/constant.ts";
import type { MountedRoute } from "./openapi/document.ts";
import { described, json, type Tag } from "./openapi/operation.ts";

const TAG: Tag = { name: "This document", description: "Open to all: it says nothing that the source does not." };

/**
 * The OpenAPI document of `routes`, and a page to browse it. Neither wants a token: the page shows the document before
 * anybody could give it one. Nothing of it is loaded or made before somebody asks.
 */
export const describingRoutes = (routes: () => readonly MountedRoute[], wantsToken: boolean) => {
  const document = new Constant("application/json; charset=utf-8", async () => {
    const { openApiDocument } = await import("./openapi/document.ts");
    return JSON.stringify(openApiDocument(routes(), { version, wantsToken }));
  });
  const page = new Constant("text/html; charset=utf-8", async () => (await import("./docs/page.ts")).PAGE);
  return new Elysia({ name: "describing" })
    .get("/openapi.json", ({ request }) => document.answer(request), {
      detail: described({
        tag: TAG,
        summary: "This document",
        replies: {
          200: json("OpenAPI 3.1.", Type.Object({ openapi: Type.Literal("3.1.0") }, { additionalProperties: true })),
        },
        isOpen: true,
      }),
    })
    .get(
      "/docs",
      async ({ request, path, set }) => {
        // From there its relative addresses would lead elsewhere.
        if (path.endsWith("/")) return new Response(null, { status: 308, headers: { location: "../docs" } });
        const { PAGE_POLICY } = await import("./docs/page.ts");
        set.headers["content-security-policy"] = PAGE_POLICY;
        set.headers["referrer-policy"] = "no-referrer";
        return page.answer(request);
      },
      {
        detail: described({
          tag: TAG,
          summary: "A page to browse it",
          replies: { 200: { kind: "bytes", description: "Loads nothing from outside.", mediaType: "text/html" } },
          isOpen: true,
        }),
      },
    )
    .get(
      "/docs/:file",
      async ({ request, params }) => {
        const asset = (await import("./docs/assets.ts")).assets.get(params.file);
        if (asset === undefined) throw notFound("endpoint");
        return asset.answer(request);
      },
      { detail: { hide: true } },
    );
};
