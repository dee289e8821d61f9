import { readConfig } from "../../src/config/read-config.ts";
import type { RouteParts } from "../../src/http/context.ts";
import type { RouteAccess } from "../../src/http/identity/access.ts";
import { httpApp } from "../../src/http/index.ts";
import { routeAccessOf } from "../../src/http/openapi/operation.ts";

export interface MountedRoute {
  readonly method: string;
  /** The registered path: `/api/v1/threads/:threadId`. */
  readonly path: string;
  /** The access that the route declares; null: none. */
  readonly access: RouteAccess | null;
  /** Whether it takes a JSON body. */
  readonly takesBody: boolean;
  /** Whether that body may be a form. */
  readonly takesForm: boolean;
}

/** All registered routes, documented or not. They answer nothing here: the parts behind them are absent. */
export const mountedRoutes = (): readonly MountedRoute[] => {
  const read = readConfig({});
  if (!read.ok) throw new Error("the defaults are no configuration");
  // Every name that a dialect uses is an agent.
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
      access: routeAccessOf(detail),
      takesBody: operation?.body !== undefined,
      takesForm: operation?.form !== undefined,
    };
  });
};

/** Returns the route's path with `values` in place of its parameters, `x` where there is none. */
export const pathOf = ({ path }: MountedRoute, values: Readonly<Record<string, string>> = {}): string =>
  path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(values[name] ?? "x"));
