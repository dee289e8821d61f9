import { type TSchema, Type } from "@sinclair/typebox";
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

export const THREAD_ID = inPath("threadId", "The thread.", ThreadId);
export const RUN_ID = inPath("runId", "The run, as the header `x-run-id` of its stream named it.");

const named = (rest: string): readonly Parameter[] => [
  inQuery("userId", `Whose it is; may be the header \`x-user-id\` instead${rest}`, UserId),
  inHeader("x-user-id", `Whose it is; may be the query \`userId\` instead${rest}`, UserId),
];
/** Of endpoints that require a user. */
export const USER = named(". Somebody has to be named, unless the credential says who it is.");
/** Of endpoints that do not require a user. */
export const USER_OR_DEFAULT = named("; `default_user` when neither is there.");

/** The size of a page. */
export const limitParameter = ({ usual, most }: { readonly usual: number; readonly most: number }): Parameter =>
  inQuery("limit", "How many at most.", Type.Integer({ minimum: 1, maximum: most, default: usual }));

/** Of lists. */
export const paging = (perPage: { readonly usual: number; readonly most: number }): readonly Parameter[] => [
  limitParameter(perPage),
  inQuery("cursor", "The `next_cursor` of the page before; left out for the first."),
];

/** The headers that every streaming endpoint reads. */
export const STREAM_HEADERS: readonly Parameter[] = [
  inHeader("accept-language", "Language of texts meant for people: `ko` or `en`."),
  inHeader("x-trace-id", "Kept as the trace id, and sent back."),
  inHeader("traceparent", "Its trace id is kept where there is no `x-trace-id` (W3C Trace Context)."),
];
