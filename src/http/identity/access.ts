import type { Scope } from "../../domain/identity.ts";

/**
 * What a route does, for the decision who may use it.
 * `probe`: health, open to everyone, by any host name.
 * `open`: requires no credential: images (whose ids cannot be guessed), the page of the API.
 * `read`: starts nothing and changes nothing.
 * `ask`: starts a run, cancels it, approves its tool calls.
 * `own`: everything else, such as deleting, uploading, saving, and issuing access tokens.
 */
export type Access = "probe" | "open" | "read" | "ask" | "own";

/**
 * How a route confines an access token to its thread.
 * `path`: by its `:threadId`, or by the thread of its `:runId`; a route with neither refuses such tokens.
 * `handler`: the handler does, see `Identity.threadFor`.
 * `none`: the route shows no user's data.
 */
export type ThreadReach = "path" | "handler" | "none";

/** What a route declares for access control. */
export interface RouteAccess {
  readonly access: Access;
  /** Defaults to `path`. */
  readonly threads?: ThreadReach;
}

/** Whether the route requires no identity. */
export const needsNoCredential = ({ access }: RouteAccess): boolean => access === "probe" || access === "open";

/** The access of a route that declares none: the strictest. */
export const STRICTEST: RouteAccess = { access: "own" };

/** The access of a path without a route: a caller that may read gets its 404. */
export const UNKNOWN_ROUTE: RouteAccess = { access: "read", threads: "none" };

/** The routes that each scope of an access token permits. A user's or the service's own credential permits all. */
const GRANTED: Readonly<Record<Scope, ReadonlySet<Access>>> = {
  read: new Set(["probe", "open", "read"]),
  ask: new Set(["probe", "open", "ask"]),
};

export const mayUse = (scopes: ReadonlySet<Scope>, access: Access): boolean =>
  [...scopes].some((scope) => GRANTED[scope].has(access));
