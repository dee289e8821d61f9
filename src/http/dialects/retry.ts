import { type Static, Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { nullable } from "../../dialects/fields.ts";
import { native, PlacementFields } from "../../dialects/native.ts";
import { isStorable } from "../../domain/text.ts";
import { RunReader } from "../../streams/run-reader.ts";
import type { RouteParts } from "../context.ts";
import { keyedRequest } from "../idempotency/key.ts";
import { described, json } from "../openapi/operation.ts";
import { IDEMPOTENCY_HEADER, MULTITASK_HEADER, RUN_ID, STREAM_HEADERS, USER } from "../openapi/parameters.ts";
import { OF_RUNS } from "../openapi/refusals.ts";
import { withJson } from "../request/body.ts";
import { callerOf, localeOf, notFound, traceIdOf } from "../request/caller.ts";
import { multitaskOf } from "../request/multitask.ts";
import { validator } from "../request/validate.ts";
import { RUNS } from "../resources/runs.ts";
import { AcceptedShape, accepted } from "../response/accepted.ts";
import { streamHeaders } from "../response/stream-headers.ts";
import { unknownAgent } from "./unknown-agent.ts";
import { viewOf } from "./view.ts";

const RetryRequest = Type.Object(
  {
    background: nullable(
      Type.Boolean(),
      "true, false or null; when true, the answer is the run's id, without a stream",
    ),
    multitask: PlacementFields.multitask,
  },
  { title: "RetryRequest" },
);
const check = validator(RetryRequest);

const PATH = "/api/v1/runs/:runId/retry";

/** The body may be left out. */
const bodyOf = async (request: Request): Promise<Static<typeof RetryRequest>> => {
  const { headers } = request;
  const isEmpty = !headers.has("transfer-encoding") && Number(headers.get("content-length") ?? 0) === 0;
  return isEmpty ? {} : withJson(request, check);
};

/** POST /api/v1/runs/{runId}/retry: the same question once more, as a new run of its thread. */
export const retryRoute = (parts: RouteParts) =>
  new Elysia({ name: "retry" }).post(
    PATH,
    async ({ params, request, set }) => {
      const { runs, agents, system, idempotency } = parts;
      const { background, multitask: inBody = null } = await bodyOf(request);
      const multitask = multitaskOf(request, inBody);
      const userId = callerOf(request);
      const keyed = keyedRequest(request, PATH, userId);
      const run = await idempotency.run(keyed, null, request.signal, async (made) => {
        const original = isStorable(params.runId) ? await runs.again(userId, params.runId, multitask) : null;
        if (original === null) throw notFound("run");
        const agent = agents.get(original.agent ?? native.agent);
        if (agent === undefined) throw unknownAgent(agents);
        const traceId = traceIdOf(request.headers, () => system.id());
        return runs.start(agent, original, traceId, made?.id);
      });
      const view = viewOf(run, { options: {} }, localeOf(request.headers, parts.locale));
      if (background === true) return accepted(run, view, parts.store);
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
          "The answer is the stream of a new run, which takes the place of the old turn and of all turns after it. " +
          "A run that succeeded or is not over, or one that came with a file, is a conflict; so is a later turn that is " +
          "not over, unless `multitask` is `replace`.",
        body: RetryRequest,
        isBodyOptional: true,
        parameters: [RUN_ID, ...USER, IDEMPOTENCY_HEADER, MULTITASK_HEADER, ...STREAM_HEADERS],
        replies: {
          200: {
            kind: "frames",
            description: "The new run's frames.",
            wire: native.guide.title,
            frames: native.guide.frames,
          },
          202: json("The new run is stored; `background` was true.", AcceptedShape),
        },
        refusals: ["not_found", "conflict", "invalid", ...OF_RUNS],
      }),
    },
  );
