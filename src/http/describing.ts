import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { version } from "../../package.json";
import { notFound } from "./caller.ts";
import { Constant } from "./docs/constant.ts";
import type { MountedRoute } from "./openapi/document.ts";
import { described, hidden, json, type Tag } from "./openapi/operation.ts";
import type { Security } from "./openapi/security.ts";

const TAG: Tag = { name: "This document", description: "What there is, for programs and for people." };

type Routes = () => readonly MountedRoute[];

/** `server`: the root of the service, as seen from where the document lies. */
const documentOf = (routes: Routes, server: "." | "..", security: Security): Constant =>
  new Constant("application/json; charset=utf-8", async () => {
    const { openApiDocument } = await import("./openapi/document.ts");
    return JSON.stringify(openApiDocument(routes(), { version, server, security }));
  });

/** The OpenAPI document of `routes`. It is made when somebody asks. */
export const documentRoute = (routes: Routes, security: Security) => {
  const document = documentOf(routes, ".", security);
  return new Elysia({ name: "document" }).get("/openapi.json", ({ request }) => document.answer(request), {
    detail: described({
      tag: TAG,
      access: "read",
      threads: "none",
      summary: "This document",
      replies: {
        200: json("OpenAPI 3.1.", Type.Object({ openapi: Type.Literal("3.1.0") }, { additionalProperties: true })),
      },
    }),
  });
};

/**
 * A page to browse it. It wants no token, nor does the copy of the document that it shows: nobody could give it one before.
 * Nothing of it is loaded or made before somebody asks.
 */
export const pageRoutes = (routes: Routes, security: Security) => {
  const document = documentOf(routes, "..", security);
  const page = new Constant("text/html; charset=utf-8", async () => (await import("./docs/page.ts")).PAGE);
  return new Elysia({ name: "page" })
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
          access: "open",
        }),
      },
    )
    .get(
      "/docs/:file",
      async ({ request, params }) => {
        if (params.file === "openapi.json") return document.answer(request);
        const asset = (await import("./docs/assets.ts")).assets.get(params.file);
        if (asset === undefined) throw notFound("endpoint");
        return asset.answer(request);
      },
      { detail: hidden({ access: "open" }) },
    );
};
