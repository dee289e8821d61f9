import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Writable } from "node:stream";
import { SignJWT } from "jose";
import pino from "pino";
import { realSystem, type System } from "../../../src/domain/system.ts";
import { serviceLogger } from "../../../src/logger.ts";
import type { Store } from "../../../src/store/contract.ts";
import { solved } from "../../support/answers.ts";
import { memoryStore } from "../../support/pglite.ts";
import type { ScriptedModel } from "../../support/scripted-model.ts";
import { startService, type TestService } from "../../support/service.ts";
import { readSse } from "../../support/sse.ts";
import { accessToken, bearer, userToken } from "../../support/user-token.ts";
import { refusalOf } from "../../support/views.ts";

const SECRET = "a secret of the provider";
const SERVICE = bearer("service");

let logged = "";
const log = serviceLogger(
  pino(
    { level: "trace" },
    new Writable({
      write(line, _encoding, done) {
        logged += line;
        done();
      },
    }),
  ),
);

let skewMs = 0;
const system: System = { ...realSystem, now: () => realSystem.now() + skewMs };

let store: Store;
let service: TestService<ScriptedModel>;
beforeAll(async () => {
  store = await memoryStore();
  service = await startService({ store, system, logger: log, env: { AUTH_TOKEN: "service", JWT_SECRET: SECRET } });
});
afterAll(async () => {
  await service.stop();
  await store.close();
});

const make = (body: unknown, headers: Record<string, string> = SERVICE) =>
  service.post("/api/v1/access-tokens", body, { headers });
const threads = (token: string, more = "") => service.get(`/api/v1/threads?access_token=${token}${more}`);

describe("an access token", () => {
  test("is issued for the user that a backend names, is valid for ten minutes and is not cacheable", async () => {
    const before = Date.now();
    const response = await make({ user_id: "kim" });
    expect([response.status, response.headers.get("cache-control")]).toEqual([201, "no-store"]);
    const { access_token, expires_at, ...rest } = (await response.json()) as Record<string, string>;
    expect(rest).toEqual({});
    expect(Date.parse(expires_at ?? "") - before).toBeWithin(600_000, 660_000);
    expect((await threads(access_token ?? "")).status).toBe(200);
    expect((await threads(access_token ?? "", "&userId=kim")).status).toBe(200);
    expect((await threads(access_token ?? "", "&userId=lee")).status).toBe(403);
  });

  test("is issued with a user's own token for that user only", async () => {
    const own = bearer(await userToken(SECRET, { sub: "kim" }));
    expect((await make({}, own)).status).toBe(201);
    expect((await make({ user_id: "kim" }, own)).status).toBe(201);
    expect((await make({ user_id: "lee" }, own)).status).toBe(403);
  });

  test("cannot be used to issue another one, whatever its scopes", async () => {
    for (const scope of [["read"], ["ask"], ["ask", "read"]]) {
      const token = await accessToken(service.url, { user_id: "kim", scope }, SERVICE);
      expect((await make({}, bearer(token))).status).toBe(403);
    }
  });

  test.each<[Record<string, unknown>, string]>([
    [{}, "/user_id"],
    [{ user_id: null }, "/user_id"],
    [{ user_id: "a:b" }, "/user_id"],
    [{ user_id: "u", ttl: "0s" }, "/ttl"],
    [{ user_id: "u", ttl: "999ms" }, "/ttl"],
    [{ user_id: "u", ttl: "25h" }, "/ttl"],
    [{ user_id: "u", ttl: "86401s" }, "/ttl"],
    [{ user_id: "u", ttl: "10" }, "/ttl"],
    [{ user_id: "u", ttl: "1d" }, "/ttl"],
    [{ user_id: "u", ttl: "-5m" }, "/ttl"],
    [{ user_id: "u", ttl: 600 }, "/ttl"],
    [{ user_id: "u", thread_id: "" }, "/thread_id"],
    [{ user_id: "u", thread_id: "a\nb" }, "/thread_id"],
    [{ user_id: "u", scope: [] }, "/scope"],
    [{ user_id: "u", scope: ["write"] }, "/scope"],
    [{ user_id: "u", scope: ["read", "read"] }, "/scope"],
    [{ user_id: "u", scope: "read" }, "/scope"],
  ])("is not issued for %j", async (body, path) => {
    const response = await make(body);
    expect(response.status).toBe(422);
    expect((await refusalOf(response)).details.map((detail) => detail.path)).toEqual([path]);
  });

  test.each(["1s", "1000ms", "24h", "1440m"])("is valid for %s on request", async (ttl) => {
    expect((await make({ user_id: "u", ttl, thread_id: null, scope: null })).status).toBe(201);
  });

  test("that has expired gets 401, to the second", async () => {
    const token = await accessToken(service.url, { user_id: "kim", ttl: "30s" }, SERVICE);
    skewMs = 29_000;
    expect((await threads(token)).status).toBe(200);
    skewMs = 32_000;
    const late = await threads(token);
    skewMs = 0;
    expect([late.status, (await refusalOf(late)).code]).toEqual([401, "unauthorized"]);
  });

  test("that is wrong gets 403", async () => {
    const token = await accessToken(service.url, { user_id: "kim" }, SERVICE);
    const [head = "", payload = "", signature = ""] = token.slice("yat_".length).split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: "lee" })).toString("base64url");
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    const withSecret = (secret: string) =>
      new SignJWT({ scope: ["read"] })
        .setProtectedHeader({ alg: "HS256" })
        .setSubject("lee")
        .setExpirationTime("1h")
        .sign(new TextEncoder().encode(secret));
    for (const wrong of [
      `yat_${head}.${forged}.${signature}`,
      `yat_${none}.${payload}.`,
      `yat_${head}.${payload}.`,
      `yat_${await withSecret(SECRET)}`,
      `yat_${await withSecret("service")}`,
      "yat_",
      "yat_..",
      token.slice("yat_".length),
      token.toUpperCase(),
    ]) {
      expect((await service.get("/api/v1/threads", { headers: bearer(wrong) })).status).toBe(403);
      expect((await threads(wrong)).status).toBe(403);
    }
  });

  test("must be the only credential: not twice in a URL and not next to a header", async () => {
    const token = await accessToken(service.url, { user_id: "kim" }, SERVICE);
    expect((await threads(token, `&access_token=${token}`)).status).toBe(400);
    expect((await service.get(`/api/v1/threads?access_token=${token}`, { headers: SERVICE })).status).toBe(400);
    // The service's token and users' tokens are not accepted in URLs.
    expect((await threads("service", "&userId=kim")).status).toBe(403);
    expect((await threads(await userToken(SECRET, { sub: "kim" }))).status).toBe(403);
  });

  test("starts a run by an EventSource's GET, even from a page of another site", async () => {
    const token = await accessToken(service.url, { user_id: "kim", scope: ["ask"] }, SERVICE);
    const headers = { "sec-fetch-site": "cross-site", origin: "https://app.example" };
    const body = service.get(`/ask?question=hi&access_token=${token}`, { headers });
    (await service.model.nextCall()).finish("Good day.");
    const response = await body;
    expect(response.status).toBe(200);
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
    expect((await readSse(response).toEnd()).at(-1)?.data).toContain('"done"');
    const reader = await accessToken(service.url, { user_id: "kim", scope: ["read"] }, SERVICE);
    expect((await service.get(`/ask?question=hi&access_token=${reader}`)).status).toBe(403);
  });

  test("for one thread can ask in that thread, read it and its runs, and list nothing else", async () => {
    const service = await startService({ store, owner: "threads", env: { AUTH_TOKEN: "service" } });
    const ask = async (thread: string | null, headers: Record<string, string>, user?: string) => {
      const body = { problem: "hi", user_id: user, thread_id: thread };
      const response = await service.post("/api/v1/solve", body, { headers });
      if (response.status === 200) (await service.model.nextCall()).finish("Good day.");
      const id = response.headers.get("x-thread-id");
      const run = response.headers.get("x-run-id") ?? "";
      await response.text();
      return { status: response.status, id, run };
    };
    const other = await ask("theirs", SERVICE, "one");
    const headers = bearer(await accessToken(service.url, { user_id: "one", thread_id: "mine" }, SERVICE));
    const mine = await ask("mine", headers);
    expect([mine.status, mine.id]).toEqual([200, "mine"]);
    expect(await ask(null, headers)).toMatchObject({ status: 200, id: "mine" });
    expect(await ask("theirs", headers)).toMatchObject({ status: 403 });
    const status = async (path: string, init: RequestInit = {}) =>
      (await service.get(path, { ...init, headers })).status;
    expect(await status("/api/v1/threads/mine")).toBe(200);
    expect(await status(`/api/v1/runs/${mine.run}`)).toBe(200);
    expect(await status(`/api/v1/runs/${mine.run}/cancel`, { method: "POST" })).toBe(200);
    for (const path of ["theirs", "theirs/events", "theirs/checkpoints", "none", "mine%2F..%2Ftheirs", "MINE"]) {
      expect([path, await status(`/api/v1/threads/${path}`)]).toEqual([path, 403]);
    }
    expect(await status(`/api/v1/runs/${other.run}`)).toBe(403);
    expect(await status(`/api/v1/runs/${other.run}/cancel`, { method: "POST" })).toBe(403);
    expect(await status("/api/v1/runs/none")).toBe(404);
    expect(await status("/api/v1/documents")).toBe(403);
    const list = (await (await service.get("/api/v1/threads", { headers })).json()) as {
      readonly threads: readonly { readonly thread_id: string }[];
    };
    expect(list.threads.map(({ thread_id }) => thread_id)).toEqual(["mine"]);
    await service.stop();
  });

  test("must belong to the ticket's user: another user's ticket, and one for another thread, get 403", async () => {
    const init = async (body: object, headers: Record<string, string>) => {
      const response = await service.post("/api/chat/stream/init", { message: "hi", ...body }, { headers });
      return ((await response.json()) as { readonly id: string }).id;
    };
    const ticket = await init({ user_id: "kim", conversation_id: "c" }, SERVICE);
    const join = async (body: Record<string, unknown>) => {
      const token = await accessToken(service.url, body, SERVICE);
      const response = await service.get(`/api/chat/stream/${ticket}?access_token=${token}`);
      await response.body?.cancel();
      return response.status;
    };
    expect(await join({ user_id: "lee" })).toBe(403);
    expect(await join({ user_id: "kim", thread_id: "d" })).toBe(403);
    expect(await join({ user_id: "kim", scope: ["read"] })).toBe(403);
    const named = await service.get(`/api/chat/stream/${ticket}`, { headers: { ...SERVICE, "x-user-id": "lee" } });
    expect(named.status).toBe(422);
    // No refused request has started the run.
    expect(await store.threads.get("kim:c")).toBeNull();
    expect(await join({ user_id: "kim", thread_id: "c" })).toBe(200);
    (await service.model.nextCall()).finish("Good day.");
  });

  test("appears in no log line and in no URL of a response", async () => {
    const token = await accessToken(service.url, { user_id: "kim" }, SERVICE);
    const paths = ["/ask?question=", "/api/v1/threads?limit=x", "/nowhere?", "/docs/?", "/api/v1/runs/none?"];
    let received = "";
    for (const path of paths) {
      const answer = await service.get(`${path}&access_token=${token}`, { redirect: "manual" });
      received += JSON.stringify([...answer.headers]) + (await answer.text());
      expect([path, answer.headers.get("referrer-policy")]).toEqual([path, "no-referrer"]);
    }
    await solved(
      { ...service, post: (path: string, body: unknown) => service.post(path, body, { headers: SERVICE }) },
      "kim",
      null,
    );
    expect(logged).toContain("run started");
    for (const text of [received, logged]) {
      expect(text).not.toContain("yat_");
      expect(text).not.toContain(token.split(".")[2] ?? "");
    }
  });
});

describe("the secret for signing access tokens", () => {
  const status = async (at: TestService<ScriptedModel>, token: string) => {
    const response = await at.get("/api/v1/threads", { headers: bearer(token) });
    return response.status;
  };
  const started = (env: Record<string, string> = {}) =>
    startService({ store, owner: realSystem.id(), env: { AUTH_TOKEN: "service", ...env } });

  test("is created once and stored, so that replicas agree, even when they need it at the same time", async () => {
    const fresh = await memoryStore();
    const at = await Promise.all(
      ["a", "b", "c"].map((owner) => startService({ store: fresh, owner, env: { AUTH_TOKEN: "service" } })),
    );
    const tokens = await Promise.all(at.map(({ url }) => accessToken(url, { user_id: "kim" }, SERVICE)));
    for (const replica of at) for (const token of tokens) expect(await status(replica, token)).toBe(200);
    expect(await status(service, tokens[0] ?? "")).toBe(403);
    for (const replica of at) await replica.stop();
    await fresh.close();
  });

  test("is the operator's if configured", async () => {
    const [own, same, other] = [
      await started({ ACCESS_TOKEN_SECRET: "one and the same" }),
      await started({ ACCESS_TOKEN_SECRET: "one and the same" }),
      await started({ ACCESS_TOKEN_SECRET: "another" }),
    ];
    const token = await accessToken(own.url, { user_id: "kim" }, SERVICE);
    expect([await status(same, token), await status(other, token), await status(service, token)]).toEqual([
      200, 403, 403,
    ]);
    for (const replica of [own, same, other]) await replica.stop();
  });

  test("may equal that of users' tokens, and still neither kind of token is taken for the other", async () => {
    const at = await started({ ACCESS_TOKEN_SECRET: SECRET, JWT_SECRET: SECRET });
    const token = await accessToken(at.url, { user_id: "kim", scope: ["read"] }, SERVICE);
    expect(await status(at, token)).toBe(200);
    expect(await status(at, token.slice("yat_".length))).toBe(403);
    expect(await status(at, `yat_${await userToken(SECRET, { sub: "kim", scope: ["read", "ask"] })}`)).toBe(403);
    await at.stop();
  });
});

test("where no credential is required, an access token still restricts its bearer", async () => {
  const open = await startService({ store, owner: "open" });
  const token = await accessToken(open.url, { user_id: "kim", scope: ["read"] });
  const read = (query: string) => open.get(`/api/v1/threads?access_token=${token}${query}`);
  expect((await read("")).status).toBe(200);
  expect((await read("&userId=lee")).status).toBe(403);
  expect((await open.post("/ask", { question: "hi" }, { headers: bearer(token) })).status).toBe(403);
  // A token of another service, which is not required here.
  expect((await open.get("/api/v1/threads?userId=lee", { headers: bearer("other") })).status).toBe(200);
  await open.stop();
});
