import { Elysia } from "elysia";
import { threadKey } from "../domain/thread.ts";
import { callerOf, localeOf, notFound, threadIdIn, traceIdOf } from "./caller.ts";
import type { RouteParts } from "./context.ts";
import { cursorOf, ReplayReader } from "./replay.ts";
import { streamHeaders } from "./stream.ts";

/** A thread's log in the native envelope: replayed from where the reader stopped, then live. */
export const eventRoutes = (parts: RouteParts) => {
  const { store, system } = parts;
  return new Elysia({ name: "events" }).get("/api/v1/threads/:threadId/events", async ({ params, request, set }) => {
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
  });
};
