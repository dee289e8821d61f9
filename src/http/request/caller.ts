import { Value } from "@sinclair/typebox/value";
import { DEFAULT_USER } from "../../dialects/fields.ts";
import { RequestError } from "../../domain/error.ts";
import type { Locale } from "../../domain/run.ts";
import { isStorable } from "../../domain/text.ts";
import { THREAD_ID_RULE, ThreadId } from "../../domain/thread.ts";
import { identityOf } from "../identity/access-control.ts";
import { preferencesOf } from "./preferences.ts";
import { invalid } from "./validate.ts";

/** Returns the user of a request that requires one. Throws `invalid` when nothing names the user. */
export const callerOf = (request: Request): string => identityOf(request).requiredUser();

/** Returns the user of a request that does not require one; defaults to `default_user`. */
export const callerOrDefault = (request: Request): string => identityOf(request).userId ?? DEFAULT_USER;

/** Returns the thread id of a path, or of the parameter `path` of a query. Throws `invalid` when it is not a valid thread id. */
export const threadIdIn = (params: { readonly threadId: string }, path = "/threadId"): string => {
  const { threadId } = params;
  if (Value.Check(ThreadId, threadId) && isStorable(threadId)) return threadId;
  throw invalid([{ path, message: `must be ${THREAD_ID_RULE}` }]);
};

/**
 * As in OpenTelemetry's propagation; ids of only zeros are excluded:
 * https://www.w3.org/TR/trace-context/#traceparent-header
 */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}/;
const TRACE_ID = /^[\x21-\x7e]{1,128}$/;

/** Returns the caller's trace id (`x-trace-id`, or that of `traceparent`); defaults to `fresh`. */
export const traceIdOf = (headers: Headers, fresh: () => string): string => {
  const own = headers.get("x-trace-id");
  if (own !== null && TRACE_ID.test(own)) return own;
  return headers.get("traceparent")?.match(TRACEPARENT)?.[1] ?? fresh();
};

/** Returns the language that `accept-language` prefers among those that there are texts in; defaults to `fallback`. */
export const localeOf = (headers: Headers, fallback: Locale): Locale => {
  const accepted = headers.get("accept-language");
  if (accepted === null) return fallback;
  const languages = preferencesOf(accepted)
    .map(({ name, weight }) => ({ language: name.split("-")[0], weight }))
    .filter(({ language, weight }) => (language === "ko" || language === "en") && weight > 0);
  const best = languages.sort((a, b) => b.weight - a.weight)[0];
  return best === undefined ? fallback : (best.language as Locale);
};

/** Throws `not_found`, the same for what never existed and for what belongs to another user. */
export const notFound = (
  what: "thread" | "checkpoint" | "run" | "image" | "document" | "TIL" | "endpoint",
): RequestError => new RequestError("not_found", `There is no such ${what}.${what === "endpoint" ? SEE_DOCS : ""}`);

/** No path, which would be wrong behind an ingress that strips a prefix. */
const SEE_DOCS = " The page docs, at the root of this service, lists them all.";
