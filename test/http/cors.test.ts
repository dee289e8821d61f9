import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { solved } from "../support/answers.ts";
import { mountedRoutes } from "../support/routes.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { exchange } from "../support/wire-tap.ts";

const LISTED = "https://app.example";
const TOKEN = "the-token";

const READABLE = "x-trace-id, x-run-id, x-thread-id, location, retry-after, ratelimit, ratelimit-policy";

/** All headers about other origins, including `vary`. */
const grantIn = ({ headers }: Response): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name]) => name === "vary" || name.startsWith("access-control-")));

const GRANTED = {
  vary: "origin",
  "access-control-allow-origin": LISTED,
  "access-control-allow-credentials": "true",
  "access-control-expose-headers": READABLE,
};
const DENIED = { vary: "origin" };

const preflight = (service: TestService<ScriptedModel>, path: string, origin: string): Promise<Response> =>
  service.get(path, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type,x-user-id",
    },
  });

describe("with CORS_ORIGINS a list", () => {
  let service: TestService<ScriptedModel>;
  beforeAll(async () => {
    const origins = ` HTTPS://App.Example:443 ,http://localhost:3000, capacitor://localhost`;
    service = await startService({ env: { CORS_ORIGINS: origins, AUTH_TOKEN: TOKEN } });
  });
  afterAll(() => service.stop());

  const bearer = { authorization: `Bearer ${TOKEN}` };
  const send = (method: string, path: string, headers: Record<string, string>, body?: string): Promise<Response> =>
    service.get(path, { method, headers, ...(body !== undefined && { body }) });

  test("a preflight is answered without a token, in the same way for every path", async () => {
    for (const path of ["/stream/v2", "/api/v1/solve", "/api/v1/threads/t", "/health", "/nowhere"]) {
      const answer = await preflight(service, path, LISTED);
      expect(answer.status).toBe(204);
      expect(await answer.text()).toBe("");
      expect(grantIn(answer)).toEqual({
        ...GRANTED,
        "access-control-allow-methods": "GET, POST, DELETE, PATCH",
        "access-control-allow-headers":
          "authorization, content-type, accept-language, last-event-id, x-user-id, x-multitask, idempotency-key, x-trace-id, traceparent, tracestate, cache-control, x-requested-with",
        "access-control-max-age": "7200",
      });
    }
  });

  test("a preflight allows every method that has a route", async () => {
    const answer = await preflight(service, "/ask", LISTED);
    const allowed = answer.headers.get("access-control-allow-methods")?.split(", ") ?? [];
    const there = [...new Set(mountedRoutes().map(({ method }) => method))];
    expect(there).toContain("DELETE");
    expect(allowed.sort()).toEqual([...new Set([...there, "PATCH"])].sort());
  });

  test("a page may read all headers that clients need: of a stream, of a ticket and of a reached limit", async () => {
    const limited = await startService({ env: { CORS_ORIGINS: LISTED, RATE_LIMIT_PER_USER: "1/d" } });
    const init = { method: "POST", headers: { origin: LISTED, "content-type": "application/json" } };
    const ask = (path: string) => limited.get(path, { ...init, body: JSON.stringify({ message: "hi" }) });
    const answers = [await ask("/api/chat/stream/init"), await ask("/api/chat/stream"), await ask("/api/chat/stream")];
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 429]);
    (await limited.model.nextCall()).finish("Good day.");
    for (const answer of answers) {
      await answer.body?.cancel();
      const readable = answer.headers.get("access-control-expose-headers")?.split(", ") ?? [];
      const ours = [...answer.headers.keys()].filter((name) =>
        /^(x-.*-id|location|retry-after|ratelimit.*)$/.test(name),
      );
      expect(ours.length).toBeGreaterThan(0);
      expect(readable).toEqual(expect.arrayContaining(ours));
    }
    await limited.stop();
  });

  test("a listed page can read every response: success, refusal, not found and 204", async () => {
    const threads = "/api/v1/threads/t/events?userId=cors";
    const json = { ...bearer, "content-type": "application/json" };
    const run = await send(
      "POST",
      "/api/v1/solve",
      json,
      JSON.stringify({ problem: "hi", user_id: "cors", thread_id: "t" }),
    );
    (await service.model.nextCall()).finish("Good day.");
    const frames = await readSse(run).toEnd();
    const last = frames.at(-1)?.id ?? "";
    const exchanges: readonly [number, string, string, Record<string, string>, string?][] = [
      [200, "GET", "/health", {}],
      [200, "GET", "/api/v1/health", {}],
      [200, "GET", "/api/v1/threads/t?userId=cors", bearer],
      [200, "GET", threads, bearer],
      [204, "GET", threads, { ...bearer, "last-event-id": last }],
      [401, "GET", "/api/v1/threads/t?userId=cors", {}],
      [401, "GET", "/nowhere", {}],
      [403, "GET", "/nowhere", { authorization: "Bearer wrong" }],
      [404, "GET", "/nowhere", bearer],
      [404, "GET", "/api/v1/runs/none?userId=cors", bearer],
      [400, "POST", "/api/v1/solve", json, "{"],
      [415, "POST", "/stream/v2", { ...bearer, "content-type": "text/plain" }, "hi"],
      [422, "POST", "/stream/v2", json, "{}"],
      [200, "POST", "/stream/v2", json, '{"message":"hi","userId":"cors"}'],
    ];
    for (const [status, method, path, headers, body] of exchanges) {
      const answer = await send(method, path, { origin: LISTED, ...headers }, body);
      expect([path, answer.status, grantIn(answer)]).toEqual([path, status, GRANTED]);
      const isRun = method === "POST" && status === 200;
      if (isRun) (await service.model.nextCall()).finish("Good day.");
      await answer.text();
    }
  });

  test.each([
    "https://app.example:8443",
    "http://app.example",
    "https://evil.example",
    "https://app.example.evil.example",
    "https://app.example/",
    "HTTPS://APP.EXAMPLE",
    "https://app.example:443",
    "null",
    `${LISTED}, https://evil.example`,
    "*",
    "",
  ])("a page of %j gets no CORS headers", async (origin) => {
    const answer = await preflight(service, "/stream/v2", origin);
    expect([answer.status, grantIn(answer)]).toEqual([204, DENIED]);
    expect(grantIn(await send("GET", "/health", { origin }))).toEqual(DENIED);
    expect(grantIn(await send("GET", "/nowhere", { origin }))).toEqual(DENIED);
  });

  test("a repeated origin header counts as none", async () => {
    const request = `GET /health HTTP/1.1\r\nHost: localhost\r\nOrigin: ${LISTED}\r\nOrigin: ${LISTED}\r\nConnection: close\r\n\r\n`;
    expect((await exchange(service.url, request)).head).not.toMatch(/access-control/i);
  });

  test("vary is set even when a request has no origin", async () => {
    expect(grantIn(await send("GET", "/health", {}))).toEqual(DENIED);
  });

  test.each(["http://localhost:3000", "capacitor://localhost"])("%s is listed too", async (origin) => {
    expect(grantIn(await send("GET", "/health", { origin }))).toMatchObject({ "access-control-allow-origin": origin });
  });

  test("OPTIONS that is no preflight is not found", async () => {
    expect((await send("OPTIONS", "/stream/v2", { origin: LISTED })).status).toBe(401);
    expect((await send("OPTIONS", "/stream/v2", { origin: LISTED, ...bearer })).status).toBe(404);
  });
});

test("with CORS_ORIGINS=* every page may read, including origin `null`, and none with cookies", async () => {
  const service = await startService({ env: { CORS_ORIGINS: "*" } });
  const open = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": READABLE,
  };
  for (const origin of [LISTED, "null", "http://a:1"]) {
    expect(grantIn(await service.get("/health", { headers: { origin } }))).toEqual(open);
    expect(grantIn(await preflight(service, "/stream/v2", origin))).toMatchObject(open);
  }
  expect(grantIn(await service.get("/nowhere"))).toEqual(open);
  await service.stop();
});

test("without CORS_ORIGINS no response has CORS headers, and a preflight is not found", async () => {
  const service = await startService();
  const { response } = await solved(service, "cors", null);
  expect(grantIn(response)).toEqual({});
  expect(grantIn(await service.get("/health", { headers: { origin: LISTED } }))).toEqual({});
  const answer = await preflight(service, "/stream/v2", LISTED);
  expect([answer.status, grantIn(answer)]).toEqual([404, {}]);
  await service.stop();
});
