import { expect, test } from "bun:test";
import { readConfig } from "../../../src/config/read-config.ts";
import { realSystem } from "../../../src/domain/system.ts";
import { AccessControl, fairnessKeyOf } from "../../../src/http/identity/access-control.ts";
import { AccessTokens } from "../../../src/http/identity/access-tokens.ts";
import { bearer } from "../../support/user-token.ts";

const tokens = new AccessTokens({
  secrets: { ensure: async () => "" },
  system: realSystem,
  configured: "the secret of access tokens",
});

/** Returns the fairness key of a request that has passed access control. */
const turnBy = async (env: Record<string, string>, headers: Record<string, string>): Promise<string> => {
  const read = readConfig(env);
  if (!read.ok) throw new Error("no such configuration");
  const door = new AccessControl({
    settings: read.config.identity,
    accessTokens: tokens,
    userTokens: null,
    unusableUser: () => {},
    isGranted: () => false,
    threadOfRun: async () => null,
  });
  const request = new Request("http://localhost/ask", { method: "POST", headers: { host: "localhost", ...headers } });
  await door.check({ request }, { access: "ask" });
  return fairnessKeyOf(request);
};
const granted = async (userId: string): Promise<Record<string, string>> => {
  const { token } = await tokens.issue({ userId, scopes: new Set(["ask"]), threadId: null }, 60_000);
  return bearer(token);
};

test("users named by an ingress have separate fairness keys, though all use its one token", async () => {
  const env = { AUTH_TOKEN: "service", TRUST_USER_HEADER: "x-auth-user" };
  const by = (user: string) => turnBy(env, { ...bearer("service"), "x-auth-user": user });
  expect(await by("kim")).not.toBe(await by("lee"));
  expect(await by("kim")).toBe(await by("kim"));
});

test("a user has one fairness key, however many tokens they have", async () => {
  const env = { AUTH_TOKEN: "service" };
  const first = await granted("kim");
  const second = bearer(
    (await tokens.issue({ userId: "kim", scopes: new Set(["read", "ask"]), threadId: null }, 9_000)).token,
  );
  expect(first).not.toEqual(second);
  expect(await turnBy(env, first)).toBe(await turnBy(env, second));
  expect(await turnBy(env, first)).not.toBe(await turnBy(env, await granted("lee")));
  // A backend that names the user outside the body gets the same key.
  expect(await turnBy(env, { ...bearer("service"), "x-user-id": "kim" })).toBe(await turnBy(env, first));
});

test("a user name that looks like a credential does not get the credential's fairness key", async () => {
  const env = { AUTH_TOKEN: "service" };
  const unnamed = await turnBy(env, bearer("service"));
  expect(unnamed).not.toBe(await turnBy(env, { ...bearer("service"), "x-user-id": "Bearer service" }));
});
