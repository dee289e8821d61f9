import { Elysia } from "elysia";
import { RequestError } from "../domain/error.ts";
import { askingRoutes } from "./asking.ts";
import { bearerGuard } from "./auth.ts";
import { notFound } from "./caller.ts";
import { checkpointRoutes } from "./checkpoints.ts";
import { compressStream } from "./compress.ts";
import type { RouteParts } from "./context.ts";
import { crossOrigin } from "./cors.ts";
import { deliver } from "./deliver.ts";
import { documentRoute, pageRoutes } from "./describing.ts";
import { documentRoutes } from "./documents.ts";
import { refusal, requestErrorOf, WordedRefusal } from "./errors.ts";
import { eventRoutes } from "./events.ts";
import { imageRoutes } from "./images.ts";
import { methodsAmong } from "./methods.ts";
import { probingRoutes } from "./probing.ts";
import { runRoutes } from "./runs.ts";
import { threadRoutes } from "./threads.ts";
import { tilRoutes } from "./tils.ts";

export interface HttpOptions {
  /** Null: requests need none. */
  readonly authToken: string | null;
  /** As browsers send them; `*` is any. */
  readonly corsOrigins: readonly string[];
  /** Whether a stream may be gzipped, for a client that accepts it. */
  readonly compressStreams: boolean;
  /** A request failed for a reason its caller is not told: for the log. */
  failed(path: string, error: unknown): void;
}

/** All endpoints, with one door in front of those that want a token, and one way out for what goes wrong. */
export const httpApp = (parts: RouteParts, options: HttpOptions) => {
  const { authToken, corsOrigins, compressStreams, failed } = options;
  const guard = authToken === null ? null : bearerGuard(authToken);
  const enter = (request: Request): void => {
    // A Host header that is none leaves a URL that is none, whichever endpoint it was routed to.
    if (!URL.canParse(request.url)) {
      throw new RequestError("malformed_request", "The Host header is not a valid host.");
    }
    guard?.(request.headers);
  };
  let methods: ReturnType<typeof methodsAmong> | undefined;
  const methodsAt = (request: Request): readonly string[] => {
    methods ??= methodsAmong(app.routes);
    return methods(new URL(request.url).pathname);
  };
  const unknown = (request: Request): RequestError => {
    try {
      enter(request);
    } catch (thrown) {
      return requestErrorOf(thrown);
    }
    const others = methodsAt(request);
    // A preflight that nobody here answers is told of no endpoint.
    if (others.length === 0 || request.method === "OPTIONS") return notFound("endpoint");
    return new RequestError("method_not_allowed", `Ask by ${others.join(" or ")}.`);
  };
  const app = new Elysia({ name: "http" });
  const admit = crossOrigin(corsOrigins);
  if (admit !== null) app.onRequest(admit);
  if (compressStreams) app.onAfterHandle(compressStream);
  app.mapResponse(deliver);
  return (
    app
      .onError({ as: "global" }, ({ error, code, request, set }) => {
        const refused = code === "NOT_FOUND" ? unknown(request) : requestErrorOf(error);
        if (refused.code === "method_not_allowed") set.headers.allow = methodsAt(request).join(", ");
        if (refused.code === "internal") failed(URL.parse(request.url)?.pathname ?? "", refused.cause);
        return refusal(refused, error instanceof WordedRefusal ? error.answer : null);
      })
      // These want no token.
      .use(probingRoutes(parts.readiness))
      .use(pageRoutes(() => app.routes, authToken !== null))
      // Holds for all that follows. A look at the URL's path would not do: `\` in it is `/` to the URL standard alone.
      .onBeforeHandle(({ request }) => enter(request))
      .use(documentRoute(() => app.routes, authToken !== null))
      .use(askingRoutes(parts))
      .use(threadRoutes(parts))
      .use(eventRoutes(parts))
      .use(checkpointRoutes(parts))
      .use(runRoutes(parts))
      .use(imageRoutes(parts))
      .use(documentRoutes(parts))
      .use(tilRoutes(parts))
  );
};
