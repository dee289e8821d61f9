import { Elysia } from "elysia";
import { native } from "../../dialects/native.ts";
import { isStorable } from "../../domain/text.ts";
import { RunReader } from "../../streams/run-reader.ts";
import type { RouteParts } from "../context.ts";
import { described } from "../openapi/operation.ts";
import { RUN_ID, STREAM_HEADERS, USER } from "../openapi/parameters.ts";
import { OF_RUNS } from "../openapi/refusals.ts";
import { callerOf, localeOf, notFound, traceIdOf } from "../request/caller.ts";
import { RUNS } from "../resources/runs.ts";
import { streamHeaders } from "../response/stream-headers.ts";
import { unknownAgent } from "./unknown-agent.ts";
import { viewOf } from "./view.ts";

/** POST /api/v1/runs/{runId}/retry: the same question once more, as a new run of its thread. */
export const retryRoute = (parts: RouteParts) =>
  new Elysia({ name: "retry" }).post(
    "/api/v1/runs/:runId/retry",
    async ({ params, request, set }) => {
      const { runs, agents, system } = parts;
      const original = isStorable(params.runId) ? await runs.again(callerOf(request), params.runId) : null;
      if (original === null) throw notFound("run");
      const agent = agents.get(original.agent ?? native.agent);
      if (agent === undefined) throw unknownAgent(agents);
      const run = await runs.start(
        agent,
        original,
        traceIdOf(request.headers, () => system.id()),
      );
      const view = viewOf(run, original.input, localeOf(request.headers, parts.locale));
      Object.assign(set.headers, streamHeaders(view));
      return new RunReader(native, run, native.isResumable, view, parts);
    },
    {
      parse: "none",
      detail: described({
        tag: RUNS,
        access: "ask",
        summary: "Try a run again",
        description:
          "Asks the question of a failed, cancelled or interrupted run once more, with the same agent, model and settings. " +
          "The answer is the stream of a new run. A run that succeeded or is not over, or one that came with a file, is a conflict.",
        parameters: [RUN_ID, ...USER, ...STREAM_HEADERS],
        replies: {
          200: {
            kind: "frames",
            description: "The new run's frames.",
            wire: native.guide.title,
            frames: native.guide.frames,
          },
        },
        refusals: ["not_found", "conflict", "invalid", ...OF_RUNS],
      }),
    },
  );
