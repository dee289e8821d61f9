import { type TSchema, Type } from "@sinclair/typebox";
import { Multitask } from "../../domain/multitask.ts";
import { ThreadId, UserId } from "../../domain/thread.ts";
import type { Parameter } from "./operation.ts";

export const inHeader = (name: string, description: string, schema: TSchema = Type.String()): Parameter => ({
  in: "header",
  name,
  required: false,
  description,
  schema,
});

/** A parameter of the path. */
export const inPath = (name: string, description: string, schema: TSchema = Type.String()): Parameter => ({
  in: "path",
  name,
  required: true,
  description,
  schema,
});

export const inQuery = (name: string, description: string, schema: TSchema = Type.String()): Parameter => ({
  in: "query",
  name,
  required: false,
  description,
  schema,
});

export const THREAD_ID = inPath("threadId", "The thread's id.", ThreadId);
export const RUN_ID = inPath("runId", "The run's id, from the header `x-run-id` of its stream.");

const named = (rest: string): readonly Parameter[] => [
  inQuery("userId", `The user. May be sent as the header \`x-user-id\` instead${rest}`, UserId),
  inHeader("x-user-id", `The user. May be sent as the query parameter \`userId\` instead${rest}`, UserId),
];
/** Of endpoints that require a user. */
export const USER = named(". Required unless the credential identifies the user.");
/** Of endpoints that do not require a user. */
export const USER_OR_DEFAULT = named(". Defaults to `default_user`.");

/** The size of a page. */
export const limitParameter = ({
  defaultSize,
  maxSize,
}: {
  readonly defaultSize: number;
  readonly maxSize: number;
}): Parameter =>
  inQuery(
    "limit",
    "The maximum number of items on a page.",
    Type.Integer({ minimum: 1, maximum: maxSize, default: defaultSize }),
  );

/** Of lists. */
export const paging = (perPage: { readonly defaultSize: number; readonly maxSize: number }): readonly Parameter[] => [
  limitParameter(perPage),
  inQuery("cursor", "The `next_cursor` of the previous page. Omit it for the first page."),
];

/** Of endpoints that start a run or write. */
export const IDEMPOTENCY_HEADER = inHeader(
  "idempotency-key",
  "1 to 255 visible characters, in quotes or bare. For 24 hours the same request with the same key of the same user " +
    "joins the run that the first one started, or gets the same answer. A refused request uses no key.",
);

/** Of endpoints that start a run. */
export const MULTITASK_HEADER = inHeader(
  "x-multitask",
  "What happens when the thread has runs that are not over: the new one waits (`queue`, the default), is refused " +
    "(`reject`), or they are cancelled and what they have said stays (`interrupt`) or leaves the thread (`replace`). " +
    "A `multitask` in the body counts instead.",
  Multitask,
);

/** The headers that every streaming endpoint reads. */
export const STREAM_HEADERS: readonly Parameter[] = [
  inHeader("accept-language", "The language of messages and answers: `ko` or `en`."),
  inHeader("x-trace-id", "The trace id. It is stored with the run and returned."),
  inHeader("traceparent", "Its trace id is used when there is no `x-trace-id` (W3C Trace Context)."),
];
