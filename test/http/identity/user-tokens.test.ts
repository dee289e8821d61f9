import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";
import { realSystem } from "../../../src/domain/system.ts";
import { openLogger, serviceLogger } from "../../../src/logger.ts";
import type { Store } from "../../../src/store/contract.ts";
import { memoryStore } from "../../support/pglite.ts";
import type { ScriptedModel } from "../../support/scripted-model.ts";
import { startService, type TestService } from "../../support/service.ts";
import { bearer, userToken } from "../../support/user-token.ts";
import { refusalOf } from "../../support/views.ts";

const SECRET = "a secret that only the provider and this service know";
const now = () => Math.floor(Date.now() / 1000);
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

let store: Store;
beforeAll(async () => {
  store = await memoryStore();
});
afterAll(() => store.close());

const started = (env: Record<string, string>, more: Partial<Parameters<typeof startService>[0]> = {}) =>
  startService<ScriptedModel>({ store, owner: realSystem.id(), env, ...more } as Parameters<
    typeof startService<ScriptedModel>
  >[0]);

/** Status 200 when the request is allowed, even for a user without threads. */
const ask = (service: TestService<ScriptedModel>, token: string, query = "") =>
  service.get(`/api/v1/threads${query}`, { headers: bearer(token) });

describe("a user's token that is signed with JWT_SECRET", () => {
  let service: TestService<ScriptedModel>;
  let noticed: string[];
  beforeAll(async () => {
    noticed = [];
    const log = { ...serviceLogger(openLogger("silent")), unusableUser: (where: string) => void noticed.push(where) };
    const env = { JWT_SECRET: SECRET, JWT_ISSUER: "https://id.example", JWT_AUDIENCE: "yeoul,other" };
    service = await started(env, { logger: log });
  });
  afterAll(() => service.stop());

  const right: JWTPayload = { sub: "kim", iss: "https://id.example", aud: "yeoul" };

  test.each(["HS256", "HS384", "HS512"])("is accepted with %s, and no other user may be named", async (alg) => {
    const token = await userToken(SECRET, right, alg);
    expect((await ask(service, token)).status).toBe(200);
    expect((await ask(service, token, "?userId=kim")).status).toBe(200);
    expect((await ask(service, token, "?userId=lee")).status).toBe(403);
  });

  test.each<[string, () => JWTPayload, number]>([
    ["audience among several", () => ({ ...right, aud: ["x", "other"] }), 200],
    ["expired within the leeway", () => ({ ...right, exp: now() - 2 }), 200],
    ["not yet valid, within the leeway", () => ({ ...right, nbf: now() + 3 }), 200],
    ["no expiry", () => ({ ...right, exp: undefined as unknown as number }), 200],
    ["expired", () => ({ ...right, exp: now() - 60 }), 401],
    ["not yet valid", () => ({ ...right, nbf: now() + 60 }), 403],
    ["another issuer", () => ({ ...right, iss: "https://id.example.evil" }), 403],
    ["no issuer", () => ({ sub: "kim", aud: "yeoul" }), 403],
    ["another audience", () => ({ ...right, aud: "yeoul2" }), 403],
    ["no audience", () => ({ sub: "kim", iss: "https://id.example" }), 403],
    ["an expiry that is no number", () => ({ ...right, exp: "tomorrow" as unknown as number }), 403],
  ])("%s", async (_, claims, status) => {
    // jose's builder checks claims; other builders may not, so this is signed directly.
    const head = base64url({ alg: "HS256" });
    const payload = base64url({ exp: now() + 3600, ...claims() });
    const key = await crypto.subtle.importKey(
      "raw",
      new TextEncoder().encode(SECRET),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["sign"],
    );
    const signature = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`${head}.${payload}`));
    const response = await ask(service, `${head}.${payload}.${Buffer.from(signature).toString("base64url")}`);
    expect(response.status).toBe(status);
  });

  test.each([
    "a:b",
    "",
    "a\nb",
    "a\u0085b",
    "x".repeat(129),
    "\ud800",
    undefined,
    null,
    true,
    [["kim"]],
    { id: 1 },
    1.5,
  ])("with the invalid user %j gets 403 and is logged without the name", async (sub) => {
    noticed.length = 0;
    const head = { alg: "HS256" };
    const token = await new SignJWT({ ...right, sub: sub as string, exp: now() + 60 })
      .setProtectedHeader(head)
      .sign(new TextEncoder().encode(SECRET));
    const response = await ask(service, token);
    expect([response.status, noticed]).toEqual([403, ["sub"]]);
  });

  test("may have a number as its user", async () => {
    const token = await userToken(SECRET, { ...right, sub: 42 as unknown as string });
    expect((await ask(service, token, "?userId=42")).status).toBe(200);
  });

  test.each<[string, () => string | Promise<string>]>([
    ["another secret", () => userToken("another secret", right)],
    ["no signature, alg none", () => `${base64url({ alg: "none" })}.${base64url(right)}.`],
    ["alg None in another case", () => `${base64url({ alg: "nOnE" })}.${base64url(right)}.`],
    ["no alg", () => `${base64url({})}.${base64url(right)}.`],
    ["a signature that was cut off", async () => (await userToken(SECRET, right)).replace(/\.[^.]*$/, ".")],
    [
      "another payload",
      async () => (await userToken(SECRET, right)).replace(/\.[^.]*\./, `.${base64url({ ...right, sub: "lee" })}.`),
    ],
    [
      "a critical extension that is unknown",
      async () =>
        new SignJWT(right)
          .setProtectedHeader({ alg: "HS256", crit: ["x"], x: 1 } as never)
          .sign(new TextEncoder().encode(SECRET), { crit: { x: false } }),
    ],
    ["no token at all", () => "kim"],
    ["dots", () => ".."],
  ])("that is invalid: %s", async (_, make) => {
    const response = await ask(service, await make());
    expect(response.status).toBe(403);
    expect((await refusalOf(response)).message).not.toMatch(/kim|lee|jose|signature|alg/i);
  });

  test("is required: 401 without one", async () => {
    const response = await service.get("/api/v1/threads?userId=kim");
    expect([response.status, response.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="yeoul"']);
  });
});

test("a user's token may name its user in another claim", async () => {
  const service = await started({ JWT_SECRET: SECRET, JWT_USER_CLAIM: "https://id.example/uid" });
  const token = await userToken(SECRET, { sub: "auth0|1", "https://id.example/uid": "kim" });
  expect((await ask(service, token, "?userId=kim")).status).toBe(200);
  expect((await ask(service, await userToken(SECRET, { sub: "kim" }))).status).toBe(403);
  await service.stop();
});

test("a service's token and users' tokens are both accepted, each as its own kind", async () => {
  const service = await started({ JWT_SECRET: SECRET, AUTH_TOKEN: "old, new" });
  for (const token of ["old", "new"]) expect((await ask(service, token, "?userId=anybody")).status).toBe(200);
  for (const token of ["old, new", "ol", "oldnew", ""]) {
    expect([token, (await ask(service, token, "?userId=anybody")).status]).toEqual([token, token === "" ? 401 : 403]);
  }
  const token = await userToken(SECRET, { sub: "kim" });
  expect((await ask(service, token)).status).toBe(200);
  expect((await ask(service, token, "?userId=anybody")).status).toBe(403);
  await service.stop();
});

describe("a user's token that is signed with a published key", () => {
  interface Key {
    readonly kid: string;
    readonly privateKey: CryptoKey;
    readonly publicKey: CryptoKey;
    readonly jwk: JWK;
  }
  const made = async (kid: string, alg = "ES256"): Promise<Key> => {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    return { kid, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
  };
  const signed = ({ kid, privateKey, jwk }: Key, claims: JWTPayload = { sub: "kim" }, head: object = { kid }) =>
    new SignJWT({ exp: now() + 3600, ...claims }).setProtectedHeader({ alg: jwk.alg ?? "", ...head }).sign(privateKey);

  /** A provider whose keys a test can rotate. */
  const provider = () => {
    const state = { keys: [] as JWK[], fetches: 0, status: 200, hold: undefined as Promise<void> | undefined };
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: async () => {
        state.fetches++;
        await state.hold;
        return state.status === 200
          ? Response.json({ keys: state.keys })
          : new Response("no", { status: state.status });
      },
    });
    return { state, url: `http://127.0.0.1:${server.port}/jwks`, stop: () => server.stop(true) };
  };

  test.each(["ES256", "RS256", "PS256", "EdDSA"])(
    "is accepted with %s, and keys are fetched once for many tokens",
    async (alg) => {
      const key = await made("k1", alg);
      const { state, url, stop } = provider();
      state.keys = [key.jwk];
      const service = await started({ JWKS_URL: url });
      const answers = await Promise.all(Array.from({ length: 10 }, async () => ask(service, await signed(key))));
      expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
      expect((await ask(service, await signed(key), "?userId=lee")).status).toBe(403);
      expect(state.fetches).toBe(1);
      await service.stop();
      await stop();
    },
  );

  test("is accepted at once after a rotation, and a withdrawn key is not accepted", async () => {
    const [old, fresh] = [await made("k1"), await made("k2")];
    const { state, url, stop } = provider();
    state.keys = [old.jwk];
    const service = await started({ JWKS_URL: url });
    expect((await ask(service, await signed(old))).status).toBe(200);
    state.keys = [fresh.jwk];
    expect((await ask(service, await signed(fresh))).status).toBe(200);
    expect((await ask(service, await signed(old))).status).toBe(403);
    await service.stop();
    await stop();
  });

  test("with an unknown key makes the keys be fetched again, at most a few times a minute", async () => {
    const key = await made("k1");
    const { state, url, stop } = provider();
    state.keys = [key.jwk];
    const service = await started({ JWKS_URL: url });
    for (let i = 0; i < 40; i++) {
      expect((await ask(service, await signed({ ...key, kid: `invented ${i}` }))).status).toBe(403);
    }
    expect(state.fetches).toBeLessThan(15);
    expect((await ask(service, await signed(key))).status).toBe(200);
    await service.stop();
    await stop();
  });

  test("without a key id is checked with each key that fits", async () => {
    const [a, b, c] = [await made("a"), await made("b"), await made("c")];
    const { state, url, stop } = provider();
    state.keys = [a.jwk, b.jwk];
    const service = await started({ JWKS_URL: url });
    expect((await ask(service, await signed(b, { sub: "kim" }, {}))).status).toBe(200);
    expect((await ask(service, await signed(c, { sub: "kim" }, {}))).status).toBe(403);
    expect((await ask(service, await signed(b, { sub: "kim", exp: now() - 60 }, {}))).status).toBe(401);
    await service.stop();
    await stop();
  });

  test("is refused when it was signed with the public key as a secret or brings its own key", async () => {
    const key = await made("k1", "RS256");
    const evil = await made("k1", "RS256");
    const { state, url, stop } = provider();
    state.keys = [key.jwk, { kty: "oct", k: Buffer.from("shared").toString("base64url"), kid: "oct", alg: "HS256" }];
    const pem = await exportSPKI(key.publicKey);
    for (const env of [{ JWKS_URL: url }, { JWKS_URL: url, JWT_SECRET: SECRET }]) {
      const service = await started(env);
      for (const secret of [pem, pem.trim(), JSON.stringify(key.jwk)]) {
        expect((await ask(service, await userToken(secret, { sub: "kim" }))).status).toBe(403);
      }
      const withKid = new SignJWT({ sub: "kim" }).setProtectedHeader({ alg: "HS256", kid: "oct" });
      expect((await ask(service, await withKid.sign(new TextEncoder().encode("shared")))).status).toBe(403);
      const own = await signed(evil, { sub: "kim" }, { kid: "k1", jwk: evil.jwk, jku: "http://127.0.0.1:1/" });
      expect((await ask(service, own)).status).toBe(403);
      expect(
        (await ask(service, `${base64url({ alg: "none", kid: "k1" })}.${base64url({ sub: "kim" })}.`)).status,
      ).toBe(403);
      expect((await ask(service, await signed(key))).status).toBe(200);
      await service.stop();
    }
    await stop();
  });

  test("gets 503, not 401, while the keys are unavailable, and other requests are not affected", async () => {
    const key = await made("k1");
    const { state, url, stop } = provider();
    state.keys = [key.jwk];
    state.status = 500;
    let failures = 0;
    const log = { ...serviceLogger(openLogger("silent")), keysAway: () => void failures++ };
    const service = await started({ JWKS_URL: url, AUTH_TOKEN: "service" }, { logger: log });
    const away = await ask(service, await signed(key));
    expect([away.status, away.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await refusalOf(away)).toMatchObject({ code: "identity_unavailable" });
    expect(failures).toBe(1);
    expect((await ask(service, "service", "?userId=u")).status).toBe(200);
    // A request for keys that hangs delays only the requests that need them.
    const held = Promise.withResolvers<void>();
    state.hold = held.promise;
    state.status = 200;
    const waiting = ask(service, await signed(key));
    expect((await ask(service, "service", "?userId=u")).status).toBe(200);
    expect((await service.get("/health")).status).toBe(200);
    expect((await ask(service, "wrong.wrong.wrong")).status).toBe(403);
    held.resolve();
    expect((await waiting).status).toBe(200);
    // Cached keys stay valid.
    await stop();
    expect((await ask(service, await signed(key))).status).toBe(200);
    await service.stop();
  });
});
