/** What a page may send besides what the Fetch standard lets every page send. */
const SENT = [
  "authorization",
  "content-type",
  "accept-language",
  "last-event-id",
  "x-user-id",
  "x-trace-id",
  "traceparent",
  "tracestate",
  "cache-control",
  "x-requested-with",
].join(", ");
/** What a page may read of an answer besides what every page may read. */
const READ = ["x-trace-id", "x-run-id", "x-thread-id", "location", "retry-after", "ratelimit", "ratelimit-policy"].join(
  ", ",
);
/** How long a browser may remember a preflight, in seconds; none does so for longer. */
const REMEMBERED_S = 7200;

/** The part of Elysia's context that an `onRequest` hook of ours touches. */
interface Exchange {
  readonly request: Request;
  /** Headers put in here are on whatever is answered: streams, refusals and answers without a body as well. */
  readonly set: { readonly headers: Record<string, string | number | undefined> };
}

/** Whether pages of an origin may call; `*` lets all of them. */
export const isGrantedBy = (origins: readonly string[]): ((origin: string) => boolean) => {
  const listed = new Set(origins);
  return (origin) => listed.has("*") || listed.has(origin);
};

/**
 * Lets pages of these origins call (Fetch standard, "CORS protocol"): an `onRequest` hook, so that it comes before routing and
 * authorization, which a preflight cannot pass. Null: no origin may, and no answer speaks of the matter.
 *
 * Listed origins may send cookies, which an ingress may ask for; with `*` nobody may. An origin is compared as it stands: a
 * browser sends it in the one form that the configuration is brought to. `null`, which any sandboxed page or local file
 * can send, is therefore let in by `*` alone. `passHost` throws for a preflight that was sent to a host that is none of ours;
 * `methods` tells those that there are routes for.
 */
export const crossOrigin = (
  origins: readonly string[],
  { passHost, methods }: { readonly passHost: (request: Request) => void; readonly methods: () => readonly string[] },
): ((exchange: Exchange) => Response | undefined) | null => {
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
        "access-control-allow-methods": methods().join(", "),
        "access-control-allow-headers": SENT,
        "access-control-max-age": String(REMEMBERED_S),
      });
    }
    return new Response(null, { status: 204 });
  };
};
