import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { nullable, ThreadField, UserField } from "../../dialects/fields.ts";
import { parseDuration } from "../../domain/duration.ts";
import { identityOf } from "../identity/access-control.ts";
import type { AccessTokens } from "../identity/access-tokens.ts";
import { described, json, type Tag } from "../openapi/operation.ts";
import { USER } from "../openapi/parameters.ts";
import { withJson } from "../request/body.ts";
import { invalid, validator } from "../request/validate.ts";

const DEFAULT_TTL = "10m";
const SHORTEST_MS = 1_000;
const LONGEST_MS = 24 * 60 * 60_000;

const ScopeField = Type.Union([Type.Literal("read"), Type.Literal("ask")]);

const AccessTokenRequest = Type.Object(
  {
    user_id: UserField,
    ttl: nullable(
      Type.String({ examples: [DEFAULT_TTL] }),
      `a duration from 1s to 24h, such as 30s, 10m or 2h; defaults to ${DEFAULT_TTL}`,
    ),
    thread_id: {
      ...ThreadField,
      description: `${ThreadField.description?.split(";")[0]}; null or absent allows all of the user's threads`,
    },
    scope: nullable(
      Type.Array(ScopeField, { minItems: 1, maxItems: 2, uniqueItems: true }),
      "a list of read, ask or both; defaults to both",
    ),
  },
  { title: "AccessTokenRequest" },
);

const AccessTokenShape = Type.Object(
  {
    access_token: Type.String(),
    expires_at: Type.String({ format: "date-time" }),
  },
  { title: "AccessToken" },
);

const TAG: Tag = {
  name: "Access tokens",
  description: "Short-lived tokens that a backend issues to its users' browsers.",
};

const check = validator(AccessTokenRequest);

/** Issues tokens that a backend or a user gives to a page. */
export const accessTokenRoutes = (tokens: AccessTokens) =>
  new Elysia({ name: "access-tokens" }).post(
    "/api/v1/access-tokens",
    async ({ request, set }) => {
      const body = await withJson(request, check);
      const userId = identityOf(request).requiredUser("/user_id");
      const grant = {
        userId,
        threadId: body.thread_id ?? null,
        scopes: new Set(body.scope ?? (["read", "ask"] as const)),
      };
      const { token, expiresAt } = await tokens.issue(grant, ttlIn(body.ttl ?? DEFAULT_TTL));
      set.status = 201;
      set.headers["cache-control"] = "no-store";
      return { access_token: token, expires_at: new Date(expiresAt).toISOString() };
    },
    {
      parse: "none",
      detail: described({
        tag: TAG,
        access: "own",
        summary: "Create an access token",
        description:
          "Send it as `authorization: Bearer …`, or in the query parameter `access_token` of a GET, for `EventSource`. `read` " +
          "allows every GET that starts no run; `ask` allows starting and cancelling runs and approving tool calls. Everything " +
          "else requires the user's own credential.",
        parameters: USER,
        body: AccessTokenRequest,
        replies: { 201: json("The token and its expiry time.", AccessTokenShape) },
        refusals: ["store_unavailable"],
      }),
    },
  );

const ttlIn = (text: string): number => {
  const ms = parseDuration(text);
  if (ms !== null && ms >= SHORTEST_MS && ms <= LONGEST_MS) return ms;
  throw invalid([{ path: "/ttl", message: "must be a duration from 1s to 24h, such as 30s, 10m or 2h" }]);
};
