import { Type } from "@sinclair/typebox";
import { hostnameOf } from "../domain/host.ts";
import { parseRate } from "../domain/rate.ts";
import { choice, list, text, url, variable } from "./variable.ts";

const Rate = Type.Object({ limit: Type.Integer(), windowMs: Type.Integer() });

/** A secret that is never sent in a header. */
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

/** The variables of authentication and of users' limits: see `docs/security.md`. */
export const identityVariables = {
  AUTH_TOKEN: Type.Optional(
    list(
      "[\\x21-\\x2b\\x2d-\\x7e]{1,4096}",
      "1 to 4096 visible ASCII characters without spaces or commas; several separated by commas",
      {
        description:
          "Token that trusted backends send as `authorization: Bearer …`. Several, separated by commas, allow rotation.",
      },
    ),
  ),
  AUTH: Type.Optional(
    choice(["none"], {
      description:
        "`none` requires no credential on any HOST: anyone who can reach the port can spend your model budget.",
    }),
  ),
  JWT_SECRET: Type.Optional(
    key({
      description:
        "Accepts users' own tokens: JWTs signed with this secret (HS256, HS384, HS512). Use at least 32 random characters.",
    }),
  ),
  JWKS_URL: Type.Optional(
    url(["http", "https"], {
      description:
        "Accepts users' own tokens: JWTs signed with a key published at this URL. New keys are picked up automatically.",
    }),
  ),
  JWT_ISSUER: Type.Optional(
    text("^[^\\x00-\\x1f\\x7f]+$", "text", { description: "Required `iss` of a user's token." }),
  ),
  JWT_AUDIENCE: Type.Optional(
    list("[^,\\x00-\\x1f\\x7f]+", "one or more names, separated by commas", {
      description: "Required `aud` of a user's token, or several separated by commas, of which one must match.",
    }),
  ),
  JWT_USER_CLAIM: Type.Optional(
    text("^[^\\x00-\\x1f\\x7f]+$", "a claim's name", {
      description: "Claim that holds the user's id. Unset: sub.",
    }),
  ),
  TRUST_USER_HEADER: Type.Optional(
    text("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$", "a header's name", {
      description: "Header in which your ingress sends the user's id. Requires AUTH_TOKEN or a loopback HOST.",
    }),
  ),
  ACCESS_TOKEN_SECRET: Type.Optional(
    key({
      description:
        "Signs access tokens for browsers. Use at least 32 random characters. Unset: generated and stored in the database.",
    }),
  ),
  ALLOWED_HOSTS: Type.Optional(
    variable(Type.Array(Type.String()), {
      description: "Host names that requests may use besides HOST and loopback names, separated by commas.",
      allowed: "host names or addresses without a port, separated by commas",
      read: parseHosts,
    }),
  ),
  RATE_LIMIT_PER_USER: rate("Runs that one user may start, across all replicas. Unset: no limit."),
  TOKENS_PER_USER: rate("Model tokens, input and output, that one user may use, across all replicas. Unset: no limit."),
};

function parseHosts(text: string): readonly string[] | null {
  const names = text.split(",").map((item) => item.trim());
  const hosts = names.map((name) => (/^[^:]+$|^\[.*\]$/.test(name) ? hostnameOf(name) : null));
  return hosts.every((host) => host !== null) ? hosts : null;
}
