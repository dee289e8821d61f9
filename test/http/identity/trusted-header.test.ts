import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { realSystem } from "../../../src/domain/system.ts";
import { openLogger, serviceLogger } from "../../../src/logger.ts";
import type { Store } from "../../../src/store/contract.ts";
import { memoryStore } from "../../support/pglite.ts";
import type { ScriptedModel } from "../../support/scripted-model.ts";
import { startService, type TestService } from "../../support/service.ts";
import { accessToken, bearer, userToken } from "../../support/user-token.ts";
import { exchange } from "../../support/wire-tap.ts";

const SECRET = "a secret of the provider";
const SERVICE = bearer("service");

let store: Store;
const services: TestService<ScriptedModel>[] = [];
const noticed: string[] = [];
const started = async (env: Record<string, string>): Promise<TestService<ScriptedModel>> => {
  const log = { ...serviceLogger(openLogger("silent")), unusableUser: (where: string) => void noticed.push(where) };
  const service = await startService({ store, owner: realSystem.id(), env, logger: log });
  services.push(service);
  return service;
};
let proxied: TestService<ScriptedModel>;
let local: TestService<ScriptedModel>;
let both: TestService<ScriptedModel>;
beforeAll(async () => {
  store = await memoryStore();
  proxied = await started({ TRUST_USER_HEADER: "X-User-Id", AUTH_TOKEN: "service" });
  local = await started({ TRUST_USER_HEADER: "x-forwarded-user" });
  both = await started({ TRUST_USER_HEADER: "x-user-id", JWT_SECRET: SECRET });
});
afterAll(async () => {
  for (const service of services) await service.stop();
  await store.close();
});

const statusOf = async (service: TestService<ScriptedModel>, headers: Record<string, string>, query = "") => {
  const response = await service.get(`/api/v1/threads${query}`, { headers });
  return response.status;
};

describe("with an ingress that has a token", () => {
  test("the header names the user, but only with the token", async () => {
    expect(await statusOf(proxied, { ...SERVICE, "x-user-id": "kim" })).toBe(200);
    expect(await statusOf(proxied, { "x-user-id": "kim" })).toBe(401);
    expect(await statusOf(proxied, { ...bearer("wrong"), "x-user-id": "kim" })).toBe(403);
  });

  test("without the header a request gets 401, whatever other users it names", async () => {
    for (const query of ["", "?userId=kim", "?user_id=kim"]) expect(await statusOf(proxied, SERVICE, query)).toBe(401);
    expect(await statusOf(proxied, { ...SERVICE, "x-user-id": "" }, "?userId=kim")).toBe(401);
    const response = await proxied.post("/api/v1/solve", { problem: "hi", user_id: "kim" }, { headers: SERVICE });
    expect(response.status).toBe(401);
  });

  test("a request that also names a different user gets 403", async () => {
    const headers = { ...SERVICE, "x-user-id": "kim" };
    expect(await statusOf(proxied, headers, "?userId=kim&user_id=kim")).toBe(200);
    expect(await statusOf(proxied, headers, "?userId=lee")).toBe(403);
    for (const [path, body] of [
      ["/api/v1/solve", { problem: "hi", user_id: "lee" }],
      ["/stream/v2", { message: "hi", userId: "lee" }],
      ["/ask", { question: "hi", user_id: "lee" }],
      ["/api/v1/documents", { title: "t", content: "c", user_id: "lee" }],
      ["/api/v1/tils", { title: "t", content: "c", user_id: "lee" }],
    ] as const) {
      expect([path, (await proxied.post(path, body, { headers })).status]).toEqual([path, 403]);
    }
  });

  test("a contract's required user field may be left out when the header names the user", async () => {
    for (const [path, body] of [
      ["/api/v1/solve", { problem: "hi", thread_id: "t" }],
      ["/stream/v2", { message: "hi", threadId: "t", userId: null }],
    ] as const) {
      const response = await proxied.post(path, body, { headers: { ...SERVICE, "x-user-id": "kim" } });
      expect([path, response.status]).toEqual([path, 200]);
      (await proxied.model.nextCall()).finish("Good day.");
      await response.text();
    }
    expect(await store.threads.get("kim:t")).not.toBeNull();
  });

  test("a header that is repeated or invalid gets 403 and is logged, because a client has bypassed the ingress", async () => {
    for (const lines of ["X-User-Id: kim\r\nX-User-Id: lee", "X-User-Id: kim\r\nx-user-id: kim", "X-User-Id: a:b"]) {
      noticed.length = 0;
      const head = `GET /api/v1/threads HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer service\r\n${lines}\r\n\r\n`;
      const { status, body } = await exchange(proxied.url, head);
      expect([lines, status, noticed]).toEqual([lines, 403, ["x-user-id"]]);
      expect(body).not.toMatch(/kim|lee|a:b/);
    }
  });

  test("a user's access token names the user without the header, and must agree with it", async () => {
    const token = bearer(await accessToken(proxied.url, {}, { ...SERVICE, "x-user-id": "kim" }));
    expect(await statusOf(proxied, token)).toBe(200);
    expect(await statusOf(proxied, { ...token, "x-user-id": "kim" })).toBe(200);
    expect(await statusOf(proxied, { ...token, "x-user-id": "lee" })).toBe(403);
  });
});

describe("on loopback, where an ingress requires no token", () => {
  test("the configured header names the user, and x-user-id must name the same one", async () => {
    expect(await statusOf(local, { "x-forwarded-user": Buffer.from("민수").toString("latin1") })).toBe(200);
    expect(await statusOf(local, { "x-forwarded-user": "kim", "x-user-id": "kim" }, "?userId=kim")).toBe(200);
    expect(await statusOf(local, { "x-forwarded-user": "kim", "x-user-id": "lee" })).toBe(403);
    expect(await statusOf(local, { "x-user-id": "kim" })).toBe(401);
    expect(await statusOf(local, {}, "?userId=kim")).toBe(401);
  });

  test("a page of another site gets no access: neither by another host name nor through a signed-in browser", async () => {
    const rebound = "GET /api/v1/threads HTTP/1.1\r\nHost: rebind.evil.example\r\nX-Forwarded-User: kim\r\n\r\n";
    expect((await exchange(local.url, rebound)).status).toBe(403);
    const headers = { "x-forwarded-user": "kim", "sec-fetch-site": "cross-site" };
    expect((await local.post("/api/v1/tils", { title: "t", content: "c" }, { headers })).status).toBe(403);
    expect((await local.get("/ask?question=hi", { headers })).status).toBe(403);
  });

  test("with users' tokens as well, both are checked and must agree", async () => {
    const token = bearer(await userToken(SECRET, { sub: "kim" }));
    expect(await statusOf(both, token)).toBe(200);
    expect(await statusOf(both, { "x-user-id": "kim" })).toBe(200);
    expect(await statusOf(both, { ...token, "x-user-id": "kim" })).toBe(200);
    expect(await statusOf(both, { ...token, "x-user-id": "lee" })).toBe(403);
    expect(await statusOf(both, { ...bearer("wrong"), "x-user-id": "kim" })).toBe(403);
    expect(await statusOf(both, {})).toBe(401);
    const rebound = "GET /api/v1/threads HTTP/1.1\r\nHost: rebind.evil.example\r\nX-User-Id: kim\r\n\r\n";
    expect((await exchange(both.url, rebound)).status).toBe(403);
  });
});

describe("a service whose HOST is not loopback", () => {
  test("accepts any host name where it is open, unless ALLOWED_HOSTS is set", async () => {
    const anywhere = await started({ HOST: "0.0.0.0", AUTH: "none" });
    const named = await started({ HOST: "0.0.0.0", AUTH: "none", ALLOWED_HOSTS: "ai.example" });
    const locked = await started({ AUTH_TOKEN: "service", ALLOWED_HOSTS: "ai.example" });
    const at = async ({ url }: TestService<ScriptedModel>, host: string, path = "/api/v1/threads?userId=u") => {
      const port = new URL(url).port;
      const head = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer service\r\n\r\n`;
      return (await exchange(`http://127.0.0.1:${port}`, head)).status;
    };
    for (const host of ["ai.example", "127.0.0.1", "other.example"]) {
      const isNamed = host !== "other.example";
      expect(await at(anywhere, host)).toBe(200);
      expect([host, await at(named, host)]).toEqual([host, isNamed ? 200 : 403]);
      expect([host, await at(locked, host)]).toEqual([host, isNamed ? 200 : 403]);
      expect(await at(named, host, "/health")).toBe(200);
      expect(await at(named, host, "/api/v1/health")).toBe(200);
      expect(await at(named, host, "/api/v1/images/none")).toBe(isNamed ? 404 : 403);
    }
  });
});
