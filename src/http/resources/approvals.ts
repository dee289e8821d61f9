import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { nullable } from "../../dialects/fields.ts";
import { iso } from "../../domain/message-views.ts";
import { RunStatus } from "../../domain/run.ts";
import { isStorable } from "../../domain/text.ts";
import { Text } from "../../domain/text-field.ts";
import { threadIdOf } from "../../domain/thread.ts";
import type { OpenApproval } from "../../store/approvals/contract.ts";
import type { RouteParts } from "../context.ts";
import { keyedRequest } from "../idempotency/key.ts";
import { identityOf } from "../identity/access-control.ts";
import { described, json, type Tag } from "../openapi/operation.ts";
import { IDEMPOTENCY_HEADER, RUN_ID, USER } from "../openapi/parameters.ts";
import { withJson } from "../request/body.ts";
import { callerOf, notFound } from "../request/caller.ts";
import { validator } from "../request/validate.ts";

const APPROVALS: Tag = { name: "Approvals", description: "Tool calls that wait for a person's word." };

/** The most that are listed. */
const MAX_OPEN = 500;

const ApprovalRequest = Type.Object(
  {
    tool_call_id: Text({ minLength: 1, maxLength: 512, description: "the call's id, as `approval_requested` has it" }),
    decision: Type.Union([Type.Literal("approve"), Type.Literal("reject")], { description: "approve or reject" }),
    input: nullable(
      Type.Object({}, { additionalProperties: true }),
      "an object, or null; replaces the call's input, and must match the tool's schema; with approve alone",
    ),
    message: nullable(Text({ maxLength: 4_000 }), "text of at most 4000 characters for the model, or null"),
  },
  { title: "ApprovalRequest" },
);
const check = validator(ApprovalRequest);

const DecidedShape = Type.Object({ run_id: Type.String(), status: RunStatus }, { title: "Decided" });

const ApprovalShape = Type.Object(
  {
    run_id: Type.String(),
    thread_id: Type.String(),
    tool_call_id: Type.String(),
    name: Type.String(),
    input: Type.Unknown(),
    requested_at: Type.String({ format: "date-time" }),
    expires_at: Type.Union([Type.String({ format: "date-time" }), Type.Null()], {
      description: "When the run ends as cancelled. Null while other calls of the run are still being made.",
    }),
  },
  { title: "Approval" },
);

const approvalView = ({ runId, threadKey, toolCallId, name, input, requestedAt, expiresAt }: OpenApproval) => ({
  run_id: runId,
  thread_id: threadIdOf(threadKey),
  tool_call_id: toolCallId,
  name,
  input,
  requested_at: iso(requestedAt),
  expires_at: expiresAt === null ? null : iso(expiresAt),
});

const PATH = "/api/v1/runs/:runId/approvals";

/** What waits for a person, and their word on it. */
export const approvalRoutes = ({ store, approvals, idempotency }: RouteParts) =>
  new Elysia({ name: "approvals" })
    .get(
      "/api/v1/approvals",
      async ({ request }) => {
        const userId = callerOf(request);
        const threadId = identityOf(request).threadFor(null);
        const open = await store.approvals.open(userId, MAX_OPEN);
        const shown = open.filter(({ threadKey }) => threadId === null || threadIdOf(threadKey) === threadId);
        return { approvals: shown.map(approvalView) };
      },
      {
        detail: described({
          tag: APPROVALS,
          access: "read",
          threads: "handler",
          summary: "List the user's open approvals, oldest first",
          description: `At most ${MAX_OPEN}.`,
          parameters: USER,
          replies: {
            200: json("The calls that nobody has decided on.", Type.Object({ approvals: Type.Array(ApprovalShape) })),
          },
          refusals: ["invalid", "store_unavailable"],
        }),
      },
    )
    .post(
      PATH,
      async ({ params, request }) => {
        const { tool_call_id, decision, input, message } = await withJson(request, check);
        const userId = callerOf(request);
        const keyed = keyedRequest(request, PATH, userId);
        const { body } = await idempotency.write(keyed, request.signal, async () => {
          const word = { decision, input: decision === "approve" ? (input ?? null) : null, message: message ?? null };
          const status = isStorable(params.runId)
            ? await approvals.decide(userId, params.runId, tool_call_id, word)
            : null;
          if (status === null) throw notFound("run");
          return { status: 200, body: { run_id: params.runId, status } };
        });
        return body;
      },
      {
        parse: "none",
        detail: described({
          tag: APPROVALS,
          access: "ask",
          summary: "Approve or reject a tool call",
          description:
            "The run goes on, on any replica, once all of its open calls are decided. The first decision stands: the same " +
            "once more is answered as the first was, another one is a conflict, and so is one for a run that is over.",
          body: ApprovalRequest,
          parameters: [RUN_ID, ...USER, IDEMPOTENCY_HEADER],
          replies: { 200: json("The decision counts.", DecidedShape) },
          refusals: ["not_found", "conflict", "invalid", "store_unavailable"],
        }),
      },
    );
