import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { ThreadField } from "../../dialects/fields.ts";
import { RequestError } from "../../domain/error.ts";
import { Text } from "../../domain/text-field.ts";
import { type Thread, type ThreadKey, threadKey } from "../../domain/thread.ts";
import { forkThread } from "../../runs/fork.ts";
import { fillsPage } from "../../store/page-bytes.ts";
import type { RouteParts } from "../context.ts";
import { keyedRequest } from "../idempotency/key.ts";
import { described, json } from "../openapi/operation.ts";
import { IDEMPOTENCY_HEADER, paging, THREAD_ID, USER } from "../openapi/parameters.ts";
import { withJson } from "../request/body.ts";
import { callerOf, notFound, threadIdIn } from "../request/caller.ts";
import { validator } from "../request/validate.ts";
import { pageIn, pageOf, SUPERSEDED, supersededIn } from "./pagination.ts";
import { CheckpointShape, listOf, ThreadSummaryShape } from "./shapes.ts";
import { THREADS } from "./threads.ts";
import { checkpointView, threadSummary } from "./views.ts";

/** Most threads have all checkpoints on one page; a checkpoint may hold a whole answer. */
const PER_PAGE = { defaultSize: 500, maxSize: 500 };
/** The checkpoint's seq and id. */
const Place = Type.Tuple([Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 }), Type.String()]);

const ForkRequest = Type.Object({
  checkpoint_id: Text({ minLength: 1, description: "the checkpoint_id of a checkpoint of the thread" }),
  thread_id: ThreadField,
});

/** A thread's checkpoints, and forks from one of them. */
export const checkpointRoutes = ({ store, system, idempotency }: RouteParts) => {
  const validate = validator(ForkRequest);
  const fork = async (from: ThreadKey, checkpointId: string, to: ThreadKey): Promise<Thread> => {
    if ((await store.threads.get(from)) === null) throw notFound("thread");
    const made = await forkThread({ store, system }, from, checkpointId, to);
    if (made === "unknown") throw notFound("checkpoint");
    if (made === "taken") throw TAKEN;
    return made;
  };
  return new Elysia({ name: "checkpoints", prefix: "/api/v1/threads" })
    .get(
      "/:threadId/checkpoints",
      async ({ params, request }) => {
        const key = threadKey(callerOf(request), threadIdIn(params));
        const { limit, after } = pageIn(request, Place, PER_PAGE);
        if ((await store.threads.get(key)) === null) throw notFound("thread");
        const place = after === null ? null : { seq: after[0], checkpointId: after[1] };
        const found = await store.threads.checkpoints(key, {
          limit: limit + 1,
          after: place,
          withSuperseded: supersededIn(request),
        });
        const isFull = fillsPage(found.map(({ change }) => change));
        const { items, next } = pageOf(found, limit, ({ seq, checkpointId }) => [seq, checkpointId], isFull);
        return { checkpoints: items.map(checkpointView), next_cursor: next };
      },
      {
        detail: described({
          tag: THREADS,
          access: "read",
          summary: "List a thread's checkpoints in order",
          description:
            "A page with large checkpoints may hold fewer than `limit`. `next_cursor` is null on the last page.",
          parameters: [THREAD_ID, ...USER, ...paging(PER_PAGE), SUPERSEDED],
          replies: { 200: json("A page of checkpoints.", listOf("checkpoints", CheckpointShape)) },
          refusals: ["not_found", "invalid", "store_unavailable"],
        }),
      },
    )
    .post(
      "/:threadId/fork",
      async ({ params, request, set }) => {
        const body = await withJson(request, validate);
        const userId = callerOf(request);
        const from = threadKey(userId, threadIdIn(params));
        const keyed = keyedRequest(request, "/api/v1/threads/:threadId/fork", userId);
        const answer = await idempotency.write(keyed, request.signal, async (made) => {
          const to = threadKey(userId, body.thread_id ?? made?.id ?? system.id());
          const before = body.thread_id == null && made?.isTakenOver ? await store.threads.get(to) : null;
          return { status: 201, body: threadSummary(before ?? (await fork(from, body.checkpoint_id, to))) };
        });
        set.status = answer.status;
        return answer.body;
      },
      {
        parse: "none",
        detail: described({
          tag: THREADS,
          access: "own",
          summary: "Fork a new thread from a checkpoint",
          parameters: [THREAD_ID, ...USER, IDEMPOTENCY_HEADER],
          body: { ...ForkRequest, title: "ForkRequest" },
          replies: { 201: json("The new thread.", ThreadSummaryShape) },
          refusals: ["not_found", "conflict", "store_unavailable"],
        }),
      },
    );
};

const TAKEN = new RequestError(
  "conflict",
  "This thread_id is taken by a thread of yours or by one that you deleted. Choose another or omit it.",
  {
    details: [{ path: "/thread_id", message: "must not be the id of an existing or deleted thread" }],
  },
);
