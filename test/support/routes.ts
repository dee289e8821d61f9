import { readConfig } from "../../src/config.ts";
import type { RouteParts } from "../../src/http/context.ts";
import type { RouteAccess } from "../../src/http/identity/access.ts";
import { httpApp } from "../../src/http/index.ts";
import { routeAccessOf } from "../../src/http/openapi/operation.ts";

export interface MountedRoute {
  readonly method: string;
  /** As it is registered: `/api/v1/threads/:threadId`. */
  readonly path: string;
  /** What it says of who may use it; null: nothing. */
  readonly passage: RouteAccess | null;
  /** Whether it takes a JSON body. */
  readonly takesBody: boolean;
  /** Whether that may be a form. */
  readonly takesForm: boolean;
}

/** All that is registered, documented or not. Nothing is answered here: no part behind the routes is there. */
export const mountedRoutes = (): readonly MountedRoute[] => {
  const read = readConfig({});
  if (!read.ok) throw new Error("the defaults are no configuration");
  // Whatever a dialect names is an agent.
  const agents = { get: (name: string) => ({ name }) };
  const parts = { agents, store: {}, system: {} } as unknown as RouteParts;
  const log = { requestFailed: () => {}, unusableUser: () => {}, keysAway: () => {} };
  const { identity, corsOrigins } = read.config;
  const app = httpApp(parts, { identity, corsOrigins, compressStreams: false, logger: log });
  return app.routes.map(({ method, path, hooks }) => {
    const { detail } = hooks as { readonly detail?: unknown };
    const { operation } = (detail ?? {}) as {
      readonly operation?: { readonly body?: unknown; readonly form?: unknown };
    };
    return {
      method,
      path,
      passage: routeAccessOf(detail),
      takesBody: operation?.body !== undefined,
      takesForm: operation?.form !== undefined,
    };
  });
};

/** The route's path with `values` in place of its parameters, `x` where there is none. */
export const pathOf = ({ path }: MountedRoute, values: Readonly<Record<string, string>> = {}): string =>
  path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(values[name] ?? "x"));
