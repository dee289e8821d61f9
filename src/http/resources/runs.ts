import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { isStorable } from "../../domain/text.ts";
import type { RouteParts } from "../context.ts";
import { described, json, type Tag } from "../openapi/operation.ts";
import { inQuery, RUN_ID, USER } from "../openapi/parameters.ts";
import { callerOf, notFound } from "../request/caller.ts";
import { RunShape } from "./shapes.ts";
import { runView } from "./views.ts";

export const RUNS: Tag = { name: "Runs", description: "One run per question. Users see only their own." };

/** The state of a run, and how to stop it. Another user's are not found. */
export const runRoutes = ({ store, runs }: RouteParts) =>
  new Elysia({ name: "runs", prefix: "/api/v1/runs" })
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
        const wait = new URL(request.url).searchParams.get("wait") === "1";
        const userId = callerOf(request);
        const run = isStorable(params.runId) ? await runs.cancel(userId, params.runId, wait, request.signal) : null;
        if (run === null) throw notFound("run");
        return runView(run);
      },
      {
        parse: "none",
        detail: described({
          tag: RUNS,
          access: "ask",
          summary: "Cancel a run",
          description: "Its output so far stays in the thread. Has no effect on a run that has ended.",
          parameters: [RUN_ID, ...USER, inQuery("wait", "`1`: responds once the run has ended.", Type.Literal("1"))],
          replies: { 200: json("The run, which is being cancelled or has ended.", RunShape) },
          refusals: ["not_found", "invalid", "store_unavailable"],
        }),
      },
    );
