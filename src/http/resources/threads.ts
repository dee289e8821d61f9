import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { ThreadShape } from "../../domain/message-shapes.ts";
import { ThreadId, threadIdOf, threadKey } from "../../domain/thread.ts";
import { activeMessage, MESSAGE_PAGE, shownMessages } from "../../streams/messages.ts";
import type { RouteParts } from "../context.ts";
import { identityOf } from "../identity/access-control.ts";
import { described, empty, json, type Tag } from "../openapi/operation.ts";
import { inQuery, limitParameter, paging, THREAD_ID, USER } from "../openapi/parameters.ts";
import { callerOf, notFound, threadIdIn } from "../request/caller.ts";
import { baseIn, withBase } from "../response/picture-base.ts";
import { Before, beforeIn, limitIn, pageIn, pageOf, SUPERSEDED, supersededIn } from "./pagination.ts";
import { listOf, ThreadSummaryShape } from "./shapes.ts";
import { threadSummary } from "./views.ts";

const PER_PAGE = { defaultSize: 20, maxSize: 100 };
/** When the thread was last written to, and its id, since several may share the time. */
const Place = Type.Tuple([Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), ThreadId]);

export const THREADS: Tag = { name: "Threads", description: "Conversations. Users see only their own." };

/** A user's threads, by the native contract. Another user's are not found. */
export const threadRoutes = ({ store, runs }: RouteParts) =>
  new Elysia({ name: "threads", prefix: "/api/v1/threads" })
    .get(
      "",
      async ({ request }) => {
        const userId = callerOf(request);
        const { threadId: only } = identityOf(request).claim;
        if (only !== null) {
          const thread = await store.threads.get(threadKey(userId, only));
          return { threads: thread === null ? [] : [threadSummary(thread)], next_cursor: null };
        }
        const { limit, after } = pageIn(request, Place, PER_PAGE);
        const place = after === null ? null : { updatedAt: after[0], threadKey: threadKey(userId, after[1]) };
        const found = await store.threads.list(userId, { limit: limit + 1, after: place });
        const { items, next } = pageOf(found, limit, (thread) => [thread.updatedAt, threadIdOf(thread.threadKey)]);
        return { threads: items.map(threadSummary), next_cursor: next };
      },
      {
        detail: described({
          tag: THREADS,
          access: "read",
          threads: "handler",
          summary: "List the user's threads, newest first",
          parameters: [...USER, ...paging(PER_PAGE)],
          replies: { 200: json("A page of threads.", listOf("threads", ThreadSummaryShape)) },
          refusals: ["invalid", "store_unavailable"],
        }),
      },
    )
    .get(
      "/:threadId",
      async ({ params, request }) => {
        const threadId = threadIdIn(params);
        const key = threadKey(callerOf(request), threadId);
        const page = {
          limit: limitIn(request, MESSAGE_PAGE),
          before: beforeIn(request),
          withSuperseded: supersededIn(request),
        };
        const base = baseIn(request);
        if ((await store.threads.get(key)) === null) throw notFound("thread");
        // The run is read first: if it ends in between, its message is among those read after it.
        const run = await store.threads.activeRun(key);
        const active = run === null ? null : await activeMessage(store, key, run);
        const { messages, has_more } = await shownMessages(store, key, page);
        return {
          thread_id: threadId,
          messages: base === null ? messages : messages.map((message) => withBase(message, base)),
          has_more,
          active_run: run === null ? null : { run_id: run.runId, status: run.status },
          ...(active !== null && { active_message: base === null ? active : withBase(active, base) }),
        };
      },
      {
        detail: described({
          tag: THREADS,
          access: "read",
          summary: "Get a thread's messages and its active run",
          description:
            "A page may hold fewer messages than `limit`: it is at most 2 MiB, unless a single message is larger.",
          parameters: [
            THREAD_ID,
            ...USER,
            limitParameter(MESSAGE_PAGE),
            inQuery("base", "The service's root URL as the client sees it. Image URLs in answers start with it."),
            inQuery("before", "A message's `seq`. Returns only older messages. Omit it for the newest.", Before),
            SUPERSEDED,
          ],
          replies: { 200: json("The thread.", ThreadShape) },
          refusals: ["not_found", "invalid", "store_unavailable"],
        }),
      },
    )
    .delete(
      "/:threadId",
      async ({ params, request }) => {
        const key = threadKey(callerOf(request), threadIdIn(params));
        if (!(await runs.deleteThread(key))) throw notFound("thread");
        return new Response(null, { status: 204 });
      },
      {
        parse: "none",
        detail: described({
          tag: THREADS,
          access: "own",
          summary: "Delete a thread",
          description: "Also ends the thread's active run. Nothing that the run emits afterwards restores the thread.",
          parameters: [THREAD_ID, ...USER],
          replies: { 204: empty("The thread is deleted.") },
          refusals: ["not_found", "invalid", "store_unavailable"],
        }),
      },
    );
