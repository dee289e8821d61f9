import type { Scope } from "../../domain/identity.ts";

/**
 * What a route does, as far as it matters who may use it. `probe`: health, which anybody may ask, by whatever name of the host.
 * `open`: anybody may, without a credential: pictures (whose id cannot be guessed), the page of the API. `read`: starts nothing and changes nothing. `ask`: starts a run, cancels it,
 * approves of its calls. `own`: all else, such as deleting, uploading, saving, and making access tokens.
 */
export type Access = "probe" | "open" | "read" | "ask" | "own";

/**
 * How a route keeps an access token to the thread that it is for. `path`: by its `:threadId`, or the thread of its `:runId`; a
 * route that has neither is closed to such tokens. `handler`: its handler does, see `Identity.threadFor`. `none`: it shows no
 * user's data.
 */
export type ThreadReach = "path" | "handler" | "none";

/** What a route says of itself to whoever stands at the door. */
export interface Passage {
  readonly access: Access;
  /** Left out: `path`. */
  readonly threads?: ThreadReach;
}

/** Whether nobody is asked who they are. */
export const wantsNobody = ({ access }: Passage): boolean => access === "probe" || access === "open";

/** What holds for a route that does not say: nothing less than everything. */
export const STRICTEST: Passage = { access: "own" };

/** What holds where no route is: whoever may ask at all is told so. */
export const NOWHERE: Passage = { access: "read", threads: "none" };

/** Which routes an access token may use, by its scopes. A user's or the service's own credential may use all. */
const GRANTED: Readonly<Record<Scope, ReadonlySet<Access>>> = {
  read: new Set(["probe", "open", "read"]),
  ask: new Set(["probe", "open", "ask"]),
};

export const mayUse = (scopes: ReadonlySet<Scope>, access: Access): boolean =>
  [...scopes].some((scope) => GRANTED[scope].has(access));
