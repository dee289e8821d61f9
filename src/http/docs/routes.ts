import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { version } from "../../../package.json";
import type { MountedRoute } from "../openapi/document.ts";
import { described, hidden, json, type Tag } from "../openapi/operation.ts";
import type { Security } from "../openapi/security.ts";
import { notFound } from "../request/caller.ts";
import { preferencesOf } from "../request/preferences.ts";
import { CachedDocument } from "./cached-document.ts";

const TAG: Tag = { name: "This document", description: "This API's description, for programs and for people." };

type Routes = () => readonly MountedRoute[];

/** `server`: the root of the service, relative to the document's own URL. */
const documentOf = (routes: Routes, server: "." | "..", security: Security): CachedDocument =>
  new CachedDocument("application/json; charset=utf-8", async () => {
    const { openApiDocument } = await import("../openapi/document.ts");
    return JSON.stringify(openApiDocument(routes(), { version, server, security }));
  });

/** Serves the OpenAPI document of `routes`. It is made on the first request. */
export const documentRoute = (routes: Routes, security: Security) => {
  const document = documentOf(routes, ".", security);
  return new Elysia({ name: "document" }).get("/openapi.json", ({ request }) => document.answer(request), {
    detail: described({
      tag: TAG,
      access: "read",
      threads: "none",
      summary: "Get this OpenAPI document",
      replies: {
        200: json(
          "The document, OpenAPI 3.1.",
          Type.Object({ openapi: Type.Literal("3.1.0") }, { additionalProperties: true }),
        ),
      },
    }),
  });
};

/** Whether a page is preferred to JSON: browsers name `text/html`, programs something else or nothing. */
const wantsPage = (request: Request): boolean => {
  const weights = new Map(preferencesOf(request.headers.get("accept")).map(({ name, weight }) => [name, weight]));
  const html = weights.get("text/html") ?? 0;
  return html > 0 && html >= (weights.get("application/json") ?? 0);
};

/** Serves a short description of the service and links from the root. */
export const homeRoute = () => {
  const page = new CachedDocument("text/html; charset=utf-8", async () => (await import("./home.ts")).HOME);
  const about = new CachedDocument("application/json; charset=utf-8", async () =>
    JSON.stringify({ ...(await import("./home.ts")).ABOUT, version }),
  );
  return new Elysia({ name: "home" }).get(
    "/",
    async ({ request, set }) => {
      set.headers.vary = "accept";
      if (!wantsPage(request)) return about.answer(request);
      const { PAGE_POLICY } = await import("./page.ts");
      set.headers["content-security-policy"] = PAGE_POLICY;
      return page.answer(request);
    },
    {
      detail: described({
        tag: TAG,
        access: "open",
        summary: "Describe the service",
        description: "Returns a page to browsers (`accept: text/html`) and JSON to all others.",
        replies: { 200: json("The service's name, version and links. URLs are relative to this one.", About) },
      }),
    },
  );
};

const About = Type.Object(
  {
    name: Type.Literal("yeoul"),
    about: Type.String(),
    docs: Type.String(),
    openapi: Type.String(),
    health: Type.String(),
    version: Type.String(),
  },
  { title: "About" },
);

/**
 * Serves a page to browse the API. It requires no token, nor does the copy of the document that it shows: the page
 * could not send one before it is loaded. Nothing is loaded or made before the first request.
 */
export const pageRoutes = (routes: Routes, security: Security) => {
  const document = documentOf(routes, "..", security);
  const page = new CachedDocument("text/html; charset=utf-8", async () => (await import("./page.ts")).PAGE);
  return new Elysia({ name: "page" })
    .get(
      "/docs",
      async ({ request, path, set }) => {
        // With a trailing slash the page's relative URLs would be wrong.
        if (path.endsWith("/")) return new Response(null, { status: 308, headers: { location: "../docs" } });
        const { PAGE_POLICY } = await import("./page.ts");
        set.headers["content-security-policy"] = PAGE_POLICY;
        set.headers["referrer-policy"] = "no-referrer";
        return page.answer(request);
      },
      {
        detail: described({
          tag: TAG,
          summary: "Browse this API",
          replies: {
            200: { kind: "bytes", description: "A page that loads nothing from other hosts.", mediaType: "text/html" },
          },
          access: "open",
        }),
      },
    )
    .get(
      "/docs/:file",
      async ({ request, params }) => {
        if (params.file === "openapi.json") return document.answer(request);
        const asset = (await import("./assets.ts")).assets.get(params.file);
        if (asset === undefined) throw notFound("endpoint");
        return asset.answer(request);
      },
      { detail: hidden({ access: "open" }) },
    );
};
