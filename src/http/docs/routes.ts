import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { version } from "../../../package.json";
import type { MountedRoute } from "../openapi/document.ts";
import { described, hidden, json, type Tag } from "../openapi/operation.ts";
import type { Security } from "../openapi/security.ts";
import { notFound } from "../request/caller.ts";
import { preferencesOf } from "../request/preferences.ts";
import { Constant } from "./constant.ts";

const TAG: Tag = { name: "This document", description: "What there is, for programs and for people." };

type Routes = () => readonly MountedRoute[];

/** `server`: the root of the service, as seen from where the document lies. */
const documentOf = (routes: Routes, server: "." | "..", security: Security): Constant =>
  new Constant("application/json; charset=utf-8", async () => {
    const { openApiDocument } = await import("../openapi/document.ts");
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

/** Whether a page is preferred to JSON: browsers name `text/html`, programs name something else or nothing. */
const wantsPage = (request: Request): boolean => {
  const weights = new Map(preferencesOf(request.headers.get("accept")).map(({ name, weight }) => [name, weight]));
  const html = weights.get("text/html") ?? 0;
  return html > 0 && html >= (weights.get("application/json") ?? 0);
};

/** What this is, in a few lines, and where to go on from the root. */
export const homeRoute = () => {
  const page = new Constant("text/html; charset=utf-8", async () => (await import("./home.ts")).HOME);
  const about = new Constant("application/json; charset=utf-8", async () =>
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
        summary: "What this is",
        description: "A page for browsers (`accept: text/html`), JSON for all others.",
        replies: { 200: json("Where to go on; addresses are relative to this one.", About) },
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
 * A page to browse it. It wants no token, nor does the copy of the document that it shows: nobody could give it one before.
 * Nothing of it is loaded or made before somebody asks.
 */
export const pageRoutes = (routes: Routes, security: Security) => {
  const document = documentOf(routes, "..", security);
  const page = new Constant("text/html; charset=utf-8", async () => (await import("./page.ts")).PAGE);
  return new Elysia({ name: "page" })
    .get(
      "/docs",
      async ({ request, path, set }) => {
        // From there its relative addresses would lead elsewhere.
        if (path.endsWith("/")) return new Response(null, { status: 308, headers: { location: "../docs" } });
        const { PAGE_POLICY } = await import("./page.ts");
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
        const asset = (await import("./assets.ts")).assets.get(params.file);
        if (asset === undefined) throw notFound("endpoint");
        return asset.answer(request);
      },
      { detail: hidden({ access: "open" }) },
    );
};
