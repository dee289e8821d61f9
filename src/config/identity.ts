import { Type } from "@sinclair/typebox";
import { hostnameOf } from "../domain/host.ts";
import { parseRate } from "../domain/rate.ts";
import { choice, list, text, url, variable } from "./variable.ts";

const Rate = Type.Object({ limit: Type.Integer(), windowMs: Type.Integer() });

/** A secret that no header has to carry. */
const key = (about: { readonly description: string }) =>
  text("^[^\\x00-\\x1f\\x7f]{1,4096}$", "1 to 4096 characters without control characters", about);

const rate = (description: string) =>
  Type.Optional(
    variable(Rate, {
      description,
      allowed: "a number and a window (s, m, h or d), such as 60/m or 200000/d",
      read: parseRate,
    }),
  );

/** Who may ask, and how much: `docs/security.md`. */
export const identityVariables = {
  AUTH_TOKEN: Type.Optional(
    list(
      "[\\x21-\\x2b\\x2d-\\x7e]{1,4096}",
      "1 to 4096 visible ASCII characters without a space; several separated by commas",
      {
        description:
          "What trusted backends send as `authorization: Bearer …`; several, separated by commas, so that one can be rotated.",
      },
    ),
  ),
  AUTH: Type.Optional(
    choice(["none"], {
      description:
        "`none` serves without any credential on any HOST: whoever reaches the port may spend the model's money.",
    }),
  ),
  JWT_SECRET: Type.Optional(
    key({
      description: "Takes users' own tokens: JWTs signed with it (HS256, 384, 512). 32 random characters or more.",
    }),
  ),
  JWKS_URL: Type.Optional(
    url(["http", "https"], {
      description: "Takes users' own tokens: JWTs signed with a key that is published there. New keys are followed.",
    }),
  ),
  JWT_ISSUER: Type.Optional(
    text("^[^\\x00-\\x1f\\x7f]+$", "text", { description: "What a user's token must have as `iss`." }),
  ),
  JWT_AUDIENCE: Type.Optional(
    list("[^,\\x00-\\x1f\\x7f]+", "one or more names, separated by commas", {
      description: "What a user's token must have as `aud`; of several, separated by commas, one.",
    }),
  ),
  JWT_USER_CLAIM: Type.Optional(
    text("^[^\\x00-\\x1f\\x7f]+$", "a claim's name", {
      description: "The claim that holds the user's id; `sub` unless told.",
    }),
  ),
  TRUST_USER_HEADER: Type.Optional(
    text("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$", "a header's name", {
      description: "The header an ingress writes the user into. Wants AUTH_TOKEN, or a HOST that is loopback.",
    }),
  ),
  ACCESS_TOKEN_SECRET: Type.Optional(
    key({
      description:
        "What access tokens for browsers are signed with, 32 characters or more. Unset: made, and kept in the store.",
    }),
  ),
  ALLOWED_HOSTS: Type.Optional(
    variable(Type.Array(Type.String()), {
      description: "Names that the service is reached by besides loopback's and HOST, separated by commas.",
      allowed: "host names or addresses without a port, separated by commas",
      read: parseHosts,
    }),
  ),
  RATE_LIMIT_PER_USER: rate("Requests that start a run, for one user, on all replicas together. Unset: no limit."),
  TOKENS_PER_USER: rate("Tokens of models, read and written, for one user, on all replicas together. Unset: no limit."),
};

function parseHosts(text: string): readonly string[] | null {
  const names = text.split(",").map((item) => item.trim());
  const hosts = names.map((name) => (/^[^:]+$|^\[.*\]$/.test(name) ? hostnameOf(name) : null));
  return hosts.every((host) => host !== null) ? hosts : null;
}
