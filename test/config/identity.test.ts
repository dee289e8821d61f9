import { describe, expect, test } from "bun:test";
import { configOf, mistakesOf } from "../support/config.ts";

describe("who may ask", () => {
  test.each([
    ["several tokens, for rotation", { AUTH_TOKEN: "new, old" }, { identity: { serviceTokens: ["new", "old"] } }],
    [
      "users' tokens",
      { JWT_SECRET: "k", JWT_AUDIENCE: "a, b", JWT_ISSUER: "https://i" },
      {
        identity: {
          userTokens: { secret: "k", jwksUrl: null, issuer: "https://i", audiences: ["a", "b"], userClaim: "sub" },
        },
      },
    ],
    [
      "a trusted header, in lower case",
      { TRUST_USER_HEADER: "X-User-Id" },
      { identity: { trustedHeader: "x-user-id" } },
    ],
    [
      "hosts, as they are compared",
      { ALLOWED_HOSTS: "App.Example., 10.0.0.1, [::A]" },
      { identity: { allowedHosts: ["app.example", "10.0.0.1", "[::a]"] } },
    ],
    [
      "rates",
      { RATE_LIMIT_PER_USER: "60/m", TOKENS_PER_USER: "200000/d" },
      {
        ratePerUser: { limit: 60, windowMs: 60_000 },
        tokensPerUser: { limit: 200_000, windowMs: 86_400_000 },
      },
    ],
  ])("is read: %s", (_, env, config) => {
    expect(configOf(env as unknown as Record<string, string>)).toMatchObject(config);
  });
});

describe("users named by a token or a header", () => {
  test.each(["JWT_SECRET", "JWKS_URL"])(
    "may be named by tokens with %s, which also turns authentication on",
    (name) => {
      expect(mistakesOf({ HOST: "0.0.0.0", [name]: "https://keys.example/jwks" })).toEqual({});
    },
  );

  test("are accepted from a header on loopback, elsewhere only with AUTH_TOKEN, whatever AUTH says", () => {
    expect(mistakesOf({ TRUST_USER_HEADER: "x-user-id" })).toEqual({});
    expect(mistakesOf({ TRUST_USER_HEADER: "x-user-id", HOST: "::", AUTH_TOKEN: "s" })).toEqual({});
    for (const more of [{}, { AUTH: "none" }, { JWT_SECRET: "k" }]) {
      const mistakes = mistakesOf({ TRUST_USER_HEADER: "x-user-id", HOST: "::", ...more });
      expect([more, Object.keys(mistakes)]).toEqual([more, ["AUTH_TOKEN"]]);
    }
  });

  test.each(["JWT_ISSUER", "JWT_AUDIENCE", "JWT_USER_CLAIM"])(
    "%s without either is a mistake, because it would apply to no token",
    (name) => {
      expect(Object.keys(mistakesOf({ [name]: "x" }))).toEqual(["JWT_SECRET"]);
      expect(mistakesOf({ [name]: "x", JWT_SECRET: "k" })).toEqual({});
    },
  );
});
