import { Elysia } from "elysia";
import { isStorable } from "../domain/text.ts";
import { threadKey } from "../domain/thread.ts";
import { callerOf, localeOf, notFound, threadIdIn, traceIdOf } from "./caller.ts";
import type { RouteParts } from "./context.ts";
import { cursorOf, ReplayReader } from "./replay.ts";
import { streamHeaders } from "./stream.ts";
import { runView, threadView } from "./views.ts";

/** Threads and runs, as the native contract has them. Another user's are not found. */
export const readingRoutes = (parts: RouteParts) => {
  const { store, runs, system } = parts;
  return new Elysia({ name: "reading", prefix: "/api/v1" })
    .get("/threads/:threadId", async ({ params, request }) => {
      const threadId = threadIdIn(params);
      const key = threadKey(callerOf(request), threadId);
      if ((await store.threads.get(key)) === null) throw notFound("thread");
      // The run first: one that ends in between has its message among those read after it.
      const active = await store.threads.activeRun(key);
      return threadView(threadId, await store.threads.messages(key), active);
    })
    .get("/threads/:threadId/events", async ({ params, request, set }) => {
      const threadId = threadIdIn(params);
      const key = threadKey(callerOf(request), threadId);
      if ((await store.threads.get(key)) === null) throw notFound("thread");
      const named = cursorOf(request, threadId);
      const active = await store.threads.activeRun(key);
      const { first, last } = (await store.events.bounds(key)) ?? { first: 1, last: 0 };
      const cursor = named !== null && named >= first - 1 && named <= last ? named : null;
      if (active === null && cursor === last) return new Response(null, { status: 204 });
      const traceId = traceIdOf(request.headers, () => system.id());
      const locale = localeOf(request.headers, parts.locale);
      const threadJson = JSON.stringify(threadId);
      const view = { threadId, threadJson, runId: active?.runId ?? "", traceId, locale };
      Object.assign(set.headers, streamHeaders(view));
      return new ReplayReader(key, { cursor, first, last, isActive: active !== null }, view, request.signal, parts);
    })
    .get("/runs/:runId", async ({ params, request }) => {
      const userId = callerOf(request);
      const run = isStorable(params.runId) ? await store.runs.get(userId, params.runId) : null;
      if (run === null) throw notFound("run");
      return runView(run);
    })
    .post(
      "/runs/:runId/cancel",
      async ({ params, request }) => {
        const wait = new URL(request.url).searchParams.get("wait") === "1";
        const userId = callerOf(request);
        const run = isStorable(params.runId) ? await runs.cancel(userId, params.runId, wait, request.signal) : null;
        if (run === null) throw notFound("run");
        return runView(run);
      },
      { parse: "none" },
    )
    .get("/images/:imageId", async ({ params, set }) => {
      const image = isStorable(params.imageId) ? await store.images.get(params.imageId) : null;
      if (image === null) throw notFound("image");
      set.headers["content-type"] = image.mediaType;
      set.headers["cache-control"] = "private, max-age=31536000, immutable";
      // An SVG is a document: opened by itself it must run nothing.
      set.headers["content-security-policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
      set.headers["x-content-type-options"] = "nosniff";
      return image.bytes;
    });
};
