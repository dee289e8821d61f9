/** Headers that a page may send besides those that the Fetch standard always allows. */
const SENT = [
  "authorization",
  "content-type",
  "accept-language",
  "last-event-id",
  "x-user-id",
  "x-multitask",
  "idempotency-key",
  "x-trace-id",
  "traceparent",
  "tracestate",
  "cache-control",
  "x-requested-with",
].join(", ");
/** Methods that pages may use whether or not a route of this release has them. */
const ALSO = ["PATCH"];
/** Response headers that a page may read besides those that it always may. */
const READ = ["x-trace-id", "x-run-id", "x-thread-id", "location", "retry-after", "ratelimit", "ratelimit-policy"].join(
  ", ",
);
/** How long a browser may cache a preflight, in seconds; none caches it for longer. */
const MAX_AGE_S = 7200;

/** The part of Elysia's context that an `onRequest` hook uses. */
interface HookContext {
  readonly request: Request;
  /** Headers set here are on every response: streams, refusals and responses without a body as well. */
  readonly set: { readonly headers: Record<string, string | number | undefined> };
}

/** Returns whether pages of an origin may call; `*` allows all of them. */
export const isGrantedBy = (origins: readonly string[]): ((origin: string) => boolean) => {
  const listed = new Set(origins);
  return (origin) => listed.has("*") || listed.has(origin);
};

/**
 * Allows pages of these origins to call (Fetch standard, "CORS protocol"). It is an `onRequest` hook, so it precedes
 * routing and authorization, which a preflight cannot pass. Null when no origin may; then no response mentions CORS.
 *
 * Listed origins may send cookies, which an ingress may require; with `*` none may. Origins are compared literally: a
 * browser sends an origin in the one form to which the configuration is normalized. `null`, which any sandboxed page or
 * local file can send, is therefore allowed by `*` alone. `passHost` throws for a preflight that was sent to a host
 * that is not this service's; `methods` returns those that have routes.
 */
export const crossOrigin = (
  origins: readonly string[],
  { passHost, methods }: { readonly passHost: (request: Request) => void; readonly methods: () => readonly string[] },
): ((exchange: HookContext) => Response | undefined) | null => {
  if (origins.length === 0) return null;
  const isOpen = origins.includes("*");
  const isGranted = isGrantedBy(origins);
  const grantOf = (origin: string | null): Record<string, string> => {
    if (isOpen) return { "access-control-allow-origin": "*", "access-control-expose-headers": READ };
    if (origin === null || !isGranted(origin)) return { vary: "origin" };
    return {
      vary: "origin",
      "access-control-allow-origin": origin,
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": READ,
    };
  };
  return ({ request, set }) => {
    const { method, headers } = request;
    const grant = grantOf(headers.get("origin"));
    Object.assign(set.headers, grant);
    const isPreflight = method === "OPTIONS" && headers.has("origin") && headers.has("access-control-request-method");
    if (!isPreflight) return undefined;
    passHost(request);
    if ("access-control-allow-origin" in grant) {
      Object.assign(set.headers, {
        "access-control-allow-methods": [...new Set([...methods(), ...ALSO])].join(", "),
        "access-control-allow-headers": SENT,
        "access-control-max-age": String(MAX_AGE_S),
      });
    }
    return new Response(null, { status: 204 });
  };
};
