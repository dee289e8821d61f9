import type { Answer } from "../../dialects/contract.ts";
import type { RequestError } from "../../domain/error.ts";
import { requestErrorOf, statusOf, WordedRefusal } from "../errors.ts";
import { passageOf } from "../openapi/operation.ts";
import { type Passage, STRICTEST } from "./access.ts";

/** A route as Elysia lists it. */
interface Route {
  readonly method: string;
  readonly path: string;
  readonly hooks: { readonly detail?: unknown };
}

/** A route as the door sees it. */
export interface Gate {
  readonly passage: Passage;
  /** What was thrown there, in the words of the route's own wire where it has some. */
  worded(thrown: unknown): Error;
}

/** What routes say of who may use them, by method and path as they are registered. HEAD goes with GET. */
export const gatesOf = (routes: readonly Route[]): ((method: string, path: string) => Gate) => {
  const gates = new Map(routes.map(({ method, path, hooks }) => [`${method} ${path}`, gateOf(hooks.detail)]));
  const closed = gateOf(undefined);
  return (method, path) => gates.get(`${method === "HEAD" ? "GET" : method} ${path}`) ?? closed;
};

const gateOf = (detail: unknown): Gate => ({
  passage: passageOf(detail) ?? STRICTEST,
  worded: (thrown) => {
    const error = requestErrorOf(thrown);
    const answer = refuseIn(detail)?.(error, statusOf(error)) ?? null;
    return answer === null ? error : new WordedRefusal(error, answer);
  },
});

type Refuse = (error: RequestError, status: number) => Answer | null;

const refuseIn = (detail: unknown): Refuse | null =>
  typeof detail === "object" && detail !== null && "refuse" in detail ? (detail.refuse as Refuse | null) : null;
