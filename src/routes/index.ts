import { Elysia } from "elysia";
import { RequestError } from "../domain/error.ts";
import { askingRoutes } from "./asking.ts";
import { bearerGuard } from "./auth.ts";
import { notFound } from "./caller.ts";
import type { RouteParts } from "./context.ts";
import { refusal, requestErrorOf } from "./errors.ts";
import { readingRoutes } from "./reading.ts";

/** What needs no token: whoever probes has none. */
const OPEN_PATHS: ReadonlySet<string> = new Set(["/health", "/api/v1/health"]);

export interface HttpOptions {
  /** Null: requests need none. */
  readonly authToken: string | null;
  /** A request failed for a reason its caller is not told: for the log. */
  failed(path: string, error: unknown): void;
}

/** All endpoints, with one door in front of them and one way out for what goes wrong. */
export const httpApp = (parts: RouteParts, { authToken, failed }: HttpOptions) => {
  const guard = authToken === null ? null : bearerGuard(authToken);
  return new Elysia({ name: "http" })
    .onRequest(({ request }) => {
      const url = URL.parse(request.url);
      // A Host header that is none leaves a URL that is none, whichever endpoint it was routed to.
      if (url === null) throw new RequestError("malformed_request", "The Host header is not a valid host.");
      if (guard !== null && !OPEN_PATHS.has(url.pathname)) guard(request.headers);
    })
    .onError({ as: "global" }, ({ error, code, request }) => {
      if (code === "NOT_FOUND") return refusal(notFound("endpoint"));
      const refused = requestErrorOf(error);
      if (refused.code === "internal") failed(URL.parse(request.url)?.pathname ?? "", refused.cause);
      return refusal(refused);
    })
    .get("/health", () => ({ status: "ok" }))
    .get("/api/v1/health", async ({ set }) => {
      const health = await parts.readiness.look();
      if (health.status !== "ready") set.status = 503;
      return health;
    })
    .use(askingRoutes(parts))
    .use(readingRoutes(parts));
};
