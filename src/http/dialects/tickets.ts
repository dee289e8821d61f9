import { posix } from "node:path";
import type { Dialect, Endpoint } from "../../dialects/contract.ts";
import type { WriteAnswer } from "../idempotency/idempotency.ts";

/** Returns the ticket of a request to a `join` endpoint: the last segment of its path. */
export const ticketIn = (request: Request): string => posix.basename(new URL(request.url).pathname);

/** 201, with the ticket and its URL: relative, since an ingress in front of the service may strip a prefix. */
export const ticketAnswer = (id: string, { name, endpoints }: Dialect, { path }: Endpoint): WriteAnswer => {
  const join = endpoints.find(({ mode }) => mode === "join");
  if (join === undefined) throw new Error(`the dialect ${name} gives tickets and does not take them`);
  const location = posix.relative(posix.dirname(path), join.path.replace(/:id$/, id));
  return { status: 201, body: { id }, headers: { location } };
};

export const ticketResponse = ({ status, body, headers }: WriteAnswer): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { ...headers, "content-type": "application/json; charset=utf-8", "cache-control": "no-store" },
  });
