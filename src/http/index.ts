import { Elysia } from "elysia";
import { RequestError } from "../domain/error.ts";
import type { IdentitySettings } from "../domain/identity.ts";
import { isStorable } from "../domain/text.ts";
import { threadIdOf } from "../domain/thread.ts";
import type { RouteParts } from "./context.ts";
import { crossOrigin, isGrantedBy } from "./cors.ts";
import { dialectRoutes } from "./dialects/dialect-routes.ts";
import { retryRoute } from "./dialects/retry.ts";
import { documentRoute, homeRoute, pageRoutes } from "./docs/routes.ts";
import { needsNoCredential, UNKNOWN_ROUTE } from "./identity/access.ts";
import { AccessControl } from "./identity/access-control.ts";
import { AccessTokens } from "./identity/access-tokens.ts";
import { gatesOf, type RouteGate } from "./identity/gates.ts";
import { type UserTokenLogger, UserTokens } from "./identity/user-tokens.ts";
import { methodsOf, routesAmong } from "./methods.ts";
import { securityOf } from "./openapi/security.ts";
import { isLeaving, refusal, requestErrorOf, WordedRefusal } from "./refusal-status.ts";
import { notFound } from "./request/caller.ts";
import { accessTokenRoutes } from "./resources/access-tokens.ts";
import { agentRoutes } from "./resources/agents.ts";
import { approvalRoutes } from "./resources/approvals.ts";
import { checkpointRoutes } from "./resources/checkpoints.ts";
import { documentRoutes } from "./resources/documents.ts";
import { threadEventRoutes } from "./resources/events.ts";
import { healthRoutes } from "./resources/health.ts";
import { imageRoutes } from "./resources/images.ts";
import { runRoutes } from "./resources/runs.ts";
import { threadRoutes } from "./resources/threads.ts";
import { tilRoutes } from "./resources/tils.ts";
import { compressStream } from "./response/compress.ts";
import { deliver } from "./response/deliver.ts";

export interface HttpOptions {
  readonly identity: IdentitySettings;
  /** As browsers send them; `*` allows any. */
  readonly corsOrigins: readonly string[];
  /** Whether streams are gzipped for clients that accept it. */
  readonly compressStreams: boolean;
  readonly logger: HttpLogger;
}

export interface HttpLogger extends UserTokenLogger {
  /** A request failed for a reason that its caller does not receive. */
  requestFailed(path: string, error: unknown): void;
}

/** All endpoints, behind one access control and one error handler. */
export const httpApp = (parts: RouteParts, options: HttpOptions) => {
  const { identity: settings, corsOrigins, compressStreams, logger } = options;
  const { store, system } = parts;
  const accessTokens = new AccessTokens({ secrets: store.secrets, system, configured: settings.accessTokenSecret });
  const accessControl = new AccessControl({
    settings,
    accessTokens,
    userTokens: settings.userTokens === null ? null : new UserTokens(settings.userTokens, system, logger),
    unusableUser: logger.unusableUser,
    isGranted: isGrantedBy(corsOrigins),
    threadOfRun: async (userId, runId) => {
      const run = isStorable(runId) ? await store.runs.get(userId, runId) : null;
      return run === null ? null : threadIdOf(run.threadKey);
    },
  });
  const security = securityOf(settings);
  // Made on the first request, when all routes are registered.
  let routes: ReturnType<typeof routesAmong> | undefined;
  const routesAt = (request: Request) => {
    routes ??= routesAmong(app.routes);
    return URL.canParse(request.url) ? routes(new URL(request.url).pathname) : [];
  };
  let gates: ReturnType<typeof gatesOf> | undefined;
  const gateAt = (method: string, path: string): RouteGate => {
    gates ??= gatesOf(app.routes);
    return gates(method, path);
  };
  const unknown = async (request: Request): Promise<RequestError> => {
    const there = routesAt(request);
    try {
      // Errors of an open path need no credential either.
      const accesses = there.map(({ method, path }) => gateAt(method, path).access);
      await accessControl.check({ request }, accesses.find(needsNoCredential) ?? UNKNOWN_ROUTE);
    } catch (thrown) {
      return requestErrorOf(thrown);
    }
    const others = methodsOf(there);
    // A preflight that was not answered must not reveal any endpoint.
    if (others.length === 0 || request.method === "OPTIONS") return notFound("endpoint");
    return new RequestError("method_not_allowed", `Use ${others.join(" or ")}.`);
  };
  const app = new Elysia({ name: "http" });
  // A URL may hold an access token, so it is never sent as a referrer.
  app.onRequest(({ set }) => {
    set.headers["referrer-policy"] = "no-referrer";
  });
  const admit = crossOrigin(corsOrigins, {
    passHost: (request) => accessControl.checkHost(request),
    methods: () => methodsOf(app.routes),
  });
  if (admit !== null) app.onRequest(admit);
  if (compressStreams) app.onAfterHandle(compressStream);
  app.mapResponse(deliver);
  return (
    app
      .onError({ as: "global" }, async ({ error, code, request, set }) => {
        const refused = code === "NOT_FOUND" ? await unknown(request) : requestErrorOf(error);
        if (refused.code === "method_not_allowed") set.headers.allow = methodsOf(routesAt(request)).join(", ");
        if (refused.code === "internal" && !isLeaving(error, request))
          logger.requestFailed(URL.parse(request.url)?.pathname ?? "", refused.cause);
        return refusal(refused, error instanceof WordedRefusal ? error.answer : null);
      })
      // The only entry. It uses the matched route, not the URL's path: only the URL standard treats `\` in it as `/`.
      .onBeforeHandle({ as: "global" }, async ({ request, params, route }) => {
        const { access, worded } = gateAt(request.method, route);
        try {
          await accessControl.check({ request, params }, access);
        } catch (thrown) {
          throw worded(thrown);
        }
      })
      .use(healthRoutes(parts.readiness))
      .use(dialectRoutes(parts))
      .use(retryRoute(parts))
      .use(agentRoutes(parts))
      .use(threadRoutes(parts))
      .use(threadEventRoutes(parts))
      .use(checkpointRoutes(parts))
      .use(runRoutes(parts))
      .use(approvalRoutes(parts))
      .use(imageRoutes(parts))
      .use(documentRoutes(parts))
      .use(tilRoutes(parts))
      .use(accessTokenRoutes(accessTokens))
      // The document describes itself last.
      .use(homeRoute())
      .use(pageRoutes(() => app.routes, security))
      .use(documentRoute(() => app.routes, security))
  );
};
