import type { Answer } from "../../dialects/contract.ts";
import type { RequestError } from "../../domain/error.ts";
import { routeAccessOf } from "../openapi/operation.ts";
import { requestErrorOf, statusOf, WordedRefusal } from "../refusal-status.ts";
import { type RouteAccess, STRICTEST } from "./access.ts";

/** A route as Elysia lists it. */
interface Route {
  readonly method: string;
  readonly path: string;
  readonly hooks: { readonly detail?: unknown };
}

/** A route as access control uses it. */
export interface RouteGate {
  readonly access: RouteAccess;
  /** Converts an error of access control to the format of the route's own wire, if it has one. */
  worded(thrown: unknown): Error;
}

/** Returns the access declared by routes, by method and path as they are registered. HEAD is treated as GET. */
export const gatesOf = (routes: readonly Route[]): ((method: string, path: string) => RouteGate) => {
  const gates = new Map(routes.map(({ method, path, hooks }) => [`${method} ${path}`, gateOf(hooks.detail)]));
  const closed = gateOf(undefined);
  return (method, path) => gates.get(`${method === "HEAD" ? "GET" : method} ${path}`) ?? closed;
};

const gateOf = (detail: unknown): RouteGate => ({
  access: routeAccessOf(detail) ?? STRICTEST,
  worded: (thrown) => {
    const error = requestErrorOf(thrown);
    const answer = refuseIn(detail)?.(error, statusOf(error)) ?? null;
    return answer === null ? error : new WordedRefusal(error, answer);
  },
});

type Refuse = (error: RequestError, status: number) => Answer | null;

const refuseIn = (detail: unknown): Refuse | null =>
  typeof detail === "object" && detail !== null && "refuse" in detail ? (detail.refuse as Refuse | null) : null;
