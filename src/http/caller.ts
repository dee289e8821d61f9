import { Value } from "@sinclair/typebox/value";
import { RequestError } from "../domain/error.ts";
import type { Locale } from "../domain/run.ts";
import { isStorable } from "../domain/text.ts";
import { ThreadId, UserId } from "../domain/thread.ts";
import { preferencesOf } from "./preferences.ts";
import { invalid } from "./validate.ts";

/** The user a request without a user field of its own speaks for, see `namedUser`. Throws `invalid` when there is none. */
export const callerOf = (request: Request): string => {
  const userId = namedUser(request);
  if (userId === null) {
    throw invalid([{ path: "/userId", message: "is required, as the query userId or the header x-user-id" }]);
  }
  return userId;
};

/**
 * The user that the query `userId` or the header `x-user-id` names; null: neither is there. Throws `invalid` when it is
 * none that can be, when it is repeated, or when the two differ.
 */
export const namedUser = (request: Request): string | null => {
  const queried = new URL(request.url).searchParams.getAll("userId");
  const header = headerText(request.headers, "x-user-id");
  const named = header === null ? queried : [...queried, header];
  const detail = (message: string) => invalid([{ path: "/userId", message }]);
  // A repeated header arrives joined by a comma and is no longer anybody's id.
  if (queried.length > 1 || new Set(named).size > 1 || header?.includes(", ")) throw detail("must be given once");
  const [userId] = named;
  if (userId === undefined) return null;
  if (!Value.Check(UserId, userId) || !isStorable(userId)) {
    throw detail("must be 1 to 128 characters without ':' and control characters");
  }
  return userId;
};

/** The thread id of a path. Throws `invalid` for one that no thread can have. */
export const threadIdIn = (params: { readonly threadId: string }): string => {
  const { threadId } = params;
  if (Value.Check(ThreadId, threadId) && isStorable(threadId)) return threadId;
  throw invalid([{ path: "/threadId", message: "must be 1 to 256 characters without control characters" }]);
};

/**
 * A header that may hold any text. Clients send UTF-8 (EventSource its `Last-Event-ID`), and the server hands every byte
 * over as a character of its own (Fetch standard, "isomorphic decode"). Bytes that are no UTF-8 stay as they are.
 */
export const headerText = (headers: Headers, name: string): string | null => {
  const value = headers.get(name);
  if (value === null || !/[\x80-\xff]/.test(value)) return value;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(value, "latin1"));
  } catch {
    return value;
  }
};

/** As OpenTelemetry's propagation has it, ids of nothing but zeros excluded: https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}/;
const TRACE_ID = /^[\x21-\x7e]{1,128}$/;

/** The caller's trace id (`x-trace-id`, or that of `traceparent`), or else `fresh`. */
export const traceIdOf = (headers: Headers, fresh: () => string): string => {
  const own = headers.get("x-trace-id");
  if (own !== null && TRACE_ID.test(own)) return own;
  return headers.get("traceparent")?.match(TRACEPARENT)?.[1] ?? fresh();
};

/** The language that `accept-language` prefers among those that there are texts in; else `fallback`. */
export const localeOf = (headers: Headers, fallback: Locale): Locale => {
  const languages = preferencesOf(headers.get("accept-language"))
    .map(({ name, weight }) => ({ language: name.split("-")[0], weight }))
    .filter(({ language, weight }) => (language === "ko" || language === "en") && weight > 0);
  const best = languages.sort((a, b) => b.weight - a.weight)[0];
  return best === undefined ? fallback : (best.language as Locale);
};

/** Throws `not_found`, the same for what never was and for what is another user's. */
export const notFound = (
  what: "thread" | "checkpoint" | "run" | "image" | "document" | "TIL" | "endpoint",
): RequestError => new RequestError("not_found", `There is no such ${what}.`);
