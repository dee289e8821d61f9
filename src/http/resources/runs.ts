import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { Elysia } from "elysia";
import { RunStatus } from "../../domain/run.ts";
import { isStorable } from "../../domain/text.ts";
import { ThreadId, threadKey } from "../../domain/thread.ts";
import type { RouteParts } from "../context.ts";
import { keyedRequest } from "../idempotency/key.ts";
import { identityOf } from "../identity/access-control.ts";
import { described, json, type Tag } from "../openapi/operation.ts";
import { IDEMPOTENCY_HEADER, inQuery, paging, RUN_ID, USER } from "../openapi/parameters.ts";
import { callerOf, notFound, threadIdIn } from "../request/caller.ts";
import { flagIn } from "../request/flags.ts";
import { invalid } from "../request/validate.ts";
import { pageIn, pageOf, SUPERSEDED, supersededIn } from "./pagination.ts";
import { listOf, RunShape } from "./shapes.ts";
import { runView } from "./views.ts";

export const RUNS: Tag = { name: "Runs", description: "One run per question. Users see only their own." };

const PER_PAGE = { defaultSize: 20, maxSize: 100 };
/** The run's time of creation and its id, since several may share the time. */
const Place = Type.Tuple([Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), Type.String()]);

const statusIn = (request: Request): RunStatus | null => {
  const status = new URL(request.url).searchParams.get("status");
  if (status === null || Value.Check(RunStatus, status)) return status;
  const known = RunStatus.anyOf.map((literal) => literal.const).join(", ");
  throw invalid([{ path: "/status", message: `must be one of ${known}` }]);
};

const threadIn = (request: Request): string | null => {
  const threadId = new URL(request.url).searchParams.get("thread_id");
  return threadId === null ? null : threadIdIn({ threadId }, "/thread_id");
};

/** The state of runs, and how to stop one. Another user's are not found. */
export const runRoutes = ({ store, runs, idempotency }: RouteParts) =>
  new Elysia({ name: "runs", prefix: "/api/v1/runs" })
    .get(
      "",
      async ({ request }) => {
        const userId = callerOf(request);
        const threadId = identityOf(request).threadFor(threadIn(request));
        const { limit, after } = pageIn(request, Place, PER_PAGE);
        const found = await store.runs.list(userId, {
          limit: limit + 1,
          after: after === null ? null : { createdAt: after[0], runId: after[1] },
          status: statusIn(request),
          threadKey: threadId === null ? null : threadKey(userId, threadId),
          withSuperseded: supersededIn(request),
        });
        const { items, next } = pageOf(found, limit, ({ createdAt, runId }) => [createdAt, runId]);
        return { runs: items.map(runView), next_cursor: next };
      },
      {
        detail: described({
          tag: RUNS,
          access: "read",
          threads: "handler",
          summary: "List the user's runs, newest first",
          parameters: [
            ...USER,
            inQuery("status", "Only runs of this status.", RunStatus),
            inQuery("thread_id", "Only runs of this thread.", ThreadId),
            SUPERSEDED,
            ...paging(PER_PAGE),
          ],
          replies: { 200: json("A page of runs.", listOf("runs", RunShape)) },
          refusals: ["invalid", "store_unavailable"],
        }),
      },
    )
    .get(
      "/:runId",
      async ({ params, request }) => {
        const userId = callerOf(request);
        const run = isStorable(params.runId) ? await store.runs.get(userId, params.runId) : null;
        if (run === null) throw notFound("run");
        return runView(run);
      },
      {
        detail: described({
          tag: RUNS,
          access: "read",
          summary: "Get a run",
          parameters: [RUN_ID, ...USER],
          replies: { 200: json("The run.", RunShape) },
          refusals: ["not_found", "invalid", "store_unavailable"],
        }),
      },
    )
    .post(
      "/:runId/cancel",
      async ({ params, request }) => {
        const wait = flagIn(request, "wait");
        const userId = callerOf(request);
        const keyed = keyedRequest(request, "/api/v1/runs/:runId/cancel", userId);
        const { body } = await idempotency.write(keyed, request.signal, async () => {
          const run = isStorable(params.runId) ? await runs.cancel(userId, params.runId, wait, request.signal) : null;
          if (run === null) throw notFound("run");
          return { status: 200, body: runView(run) };
        });
        return body;
      },
      {
        parse: "none",
        detail: described({
          tag: RUNS,
          access: "ask",
          summary: "Cancel a run",
          description: "Its output so far stays in the thread. Has no effect on a run that has ended.",
          parameters: [
            RUN_ID,
            ...USER,
            IDEMPOTENCY_HEADER,
            inQuery("wait", "`true` or `1`: responds once the run has ended.", Type.Boolean()),
          ],
          replies: { 200: json("The run, which is being cancelled or has ended.", RunShape) },
          refusals: ["not_found", "invalid", "store_unavailable"],
        }),
      },
    );
