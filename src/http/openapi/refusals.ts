import type { RequestErrorCode } from "../../domain/error.ts";
import { STATUS } from "../refusal-status.ts";
import type { Json } from "./components.ts";
import { isOpen, type Operation } from "./operation.ts";

const MEANING: Record<RequestErrorCode, string> = {
  malformed_json: "the body is not JSON in UTF-8",
  malformed_request: "the request is malformed, for example its Host header, its credential or its form",
  unauthorized: "the credential is missing or has expired",
  forbidden:
    "the credential is wrong, belongs to another user, or does not allow this; or the request comes from a page of another origin",
  not_found: "it does not exist, or belongs to another user",
  method_not_allowed: "the endpoint does not support this method",
  timeout: "the body did not arrive in time",
  conflict: "the request conflicts with the current state",
  payload_too_large: "the body is too large",
  unsupported_media_type: "the endpoint does not accept a body of this type",
  invalid: "a field is missing or wrong; `details` lists each one with the rule it breaks",
  too_many_runs: "the user has reached the limit of unfinished runs",
  too_many_files: "too many files are waiting to be read",
  rate_limited: "the user has reached the limit of runs for this window",
  credit_exhausted: "the user has used all tokens of this window",
  busy: "this process has reached its limit of unfinished runs or of large requests",
  draining: "this process is shutting down",
  store_unavailable: "the database is unavailable",
  model_unavailable: "a model that the request needs is unavailable",
  identity_unavailable: "the keys that verify users' tokens are unavailable",
  internal: "the server failed; the reason is in its log",
};

const ALWAYS: readonly RequestErrorCode[] = ["malformed_request", "internal"];
/** Any request may be refused because of its host, or a user that is not the access token's. */
const BY_IDENTITY: readonly RequestErrorCode[] = ["forbidden"];
const WITH_CREDENTIAL: readonly RequestErrorCode[] = ["unauthorized", "identity_unavailable"];
const WITH_BODY: readonly RequestErrorCode[] = [
  "malformed_json",
  "unsupported_media_type",
  "payload_too_large",
  "timeout",
  "invalid",
];
/** Of endpoints that start a run. */
export const OF_RUNS: readonly RequestErrorCode[] = [
  "too_many_runs",
  "rate_limited",
  "busy",
  "draining",
  "store_unavailable",
];

const codesOf = (status: number): readonly RequestErrorCode[] =>
  (Object.keys(STATUS) as RequestErrorCode[]).filter((code) => STATUS[code] === status);

/** Returns the responses of an operation's refusals and failures, by status. */
export const refusalsOf = (operation: Operation, wantsCredential: boolean): Json => {
  const { refusals = [], worded = {}, failures = {}, body } = operation;
  const codes = [
    ...ALWAYS,
    ...refusals,
    ...(body === undefined ? [] : WITH_BODY),
    ...(operation.access === "probe" ? [] : BY_IDENTITY),
    ...(wantsCredential && !isOpen(operation) ? WITH_CREDENTIAL : []),
  ];
  const refused = new Set(codes.map((code) => STATUS[code]));
  const statuses = [...new Set([...refused, ...Object.keys(failures).map(Number)])].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => {
      const refusal = refused.has(status) ? (worded[status] ?? bodySchema(status)) : null;
      const failure = failures[status] ?? null;
      if (failure === null && worded[status] === undefined) return [status, { $ref: `${RESPONSES}${nameOf(status)}` }];
      return [status, ownResponse(status, refusal, failure)];
    }),
  );
};

const RESPONSES = "#/components/responses/";
const nameOf = (status: number): string => `Refusal${status}`;

/** A response in a wire's own format: for a refusal, a failed run, or both. */
const ownResponse = (status: number, refusal: unknown, failure: unknown): Json => {
  const why = [...(refusal === null ? [] : [reasons(status)]), ...(failure === null ? [] : ["the run failed"])];
  const bodies = [refusal, failure].filter((body) => body !== null);
  const schema = bodies.length === 1 ? bodies[0] : { anyOf: bodies };
  return { description: why.join("; "), ...headersOf(status), content: { "application/json": { schema } } };
};

/** The codes of a status and their meanings. */
const reasons = (status: number): string =>
  codesOf(status)
    .map((code) => `\`${code}\`: ${MEANING[code]}`)
    .join("; ");

/** The common responses, by the name that `refusalsOf` refers to. */
export const refusalResponses = (): Json => {
  const statuses = [...new Set(Object.values(STATUS))].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => [
      nameOf(status),
      {
        description: reasons(status),
        ...headersOf(status),
        content: { "application/json": { schema: bodySchema(status) } },
      },
    ]),
  );
};

const headersOf = (status: number): Json => {
  if (status === 401) return { headers: { "www-authenticate": { schema: { const: 'Bearer realm="yeoul"' } } } };
  if (status !== 429 && status !== 503) return {};
  const after = { "retry-after": { description: "Seconds to wait before trying again.", schema: { type: "integer" } } };
  return { headers: status === 503 ? after : { ...after, ...LIMIT_HEADERS } };
};

const LIMIT_HEADERS: Json = {
  ratelimit: {
    description: "What remains of the user's limit, and the seconds until more is available.",
    schema: { type: "string" },
  },
  "ratelimit-policy": {
    description: "The user's limit: the quantity, its unit and the window in seconds.",
    schema: { type: "string" },
  },
};

/** The body of the common contract, with the codes of the status. */
const bodySchema = (status: number): Json => ({
  title: nameOf(status),
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "message", "details"],
      properties: {
        code: { enum: codesOf(status) },
        message: { type: "string", description: "What is wrong and how to fix it, for people." },
        details: { type: "array", items: DETAIL },
      },
    },
  },
});

const DETAIL: Json = {
  title: "RefusalDetail",
  type: "object",
  required: ["path", "message"],
  properties: {
    path: { type: "string", description: "A JSON pointer to the field." },
    message: { type: "string", description: "The rule that the field breaks." },
  },
};
