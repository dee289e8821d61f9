import { Elysia } from "elysia";
import { isStorable } from "../domain/text.ts";
import { callerOf, notFound } from "./caller.ts";
import type { RouteParts } from "./context.ts";
import { runView } from "./views.ts";

/** How far a run is, and how to stop it. Another user's are not found. */
export const runRoutes = ({ store, runs }: RouteParts) =>
  new Elysia({ name: "runs", prefix: "/api/v1/runs" })
    .get("/:runId", async ({ params, request }) => {
      const userId = callerOf(request);
      const run = isStorable(params.runId) ? await store.runs.get(userId, params.runId) : null;
      if (run === null) throw notFound("run");
      return runView(run);
    })
    .post(
      "/:runId/cancel",
      async ({ params, request }) => {
        const wait = new URL(request.url).searchParams.get("wait") === "1";
        const userId = callerOf(request);
        const run = isStorable(params.runId) ? await runs.cancel(userId, params.runId, wait, request.signal) : null;
        if (run === null) throw notFound("run");
        return runView(run);
      },
      { parse: "none" },
    );
