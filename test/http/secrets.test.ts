import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Writable } from "node:stream";
import pino from "pino";
import { serviceLogger } from "../../src/logger.ts";
import { ModelError } from "../../src/models/contract.ts";
import { failureOfStatus } from "../../src/models/failure.ts";
import type { Store } from "../../src/store/contract.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { solved } from "../support/answers.ts";
import { memoryStore } from "../support/pglite.ts";
import { type ScriptedModel, scriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { refusalOf } from "../support/views.ts";
import { exchange } from "../support/wire-tap.ts";

const SECRET = "postgres://yeoul:hunter2@db.internal/prod select * from messages";

/** A store that can be made to fail with a message that must not leave the service. */
let broken: StoreError | null = null;
const breakable = (store: Store): Store => {
  const proxy = <T extends object>(part: T): T =>
    new Proxy(part, {
      get: (target, name, receiver) => {
        const value: unknown = Reflect.get(target, name, receiver);
        if (typeof value === "object" && value !== null) return proxy(value);
        if (typeof value !== "function") return value;
        return (...given: unknown[]) => {
          if (broken !== null) return Promise.reject(broken);
          return value.apply(target, given) as unknown;
        };
      },
    });
  return proxy(store);
};

let logged = "";
const log = serviceLogger(
  pino(
    { level: "info" },
    new Writable({
      write(line, _encoding, done) {
        logged += line;
        done();
      },
    }),
  ),
);

let store: Store;
let service: TestService<ScriptedModel>;
beforeAll(async () => {
  store = await memoryStore();
  service = await startService({ store: breakable(store), logger: log, env: { AUTH_TOKEN: "the-right-token" } });
});
afterAll(async () => {
  broken = null;
  await service.stop();
  await store.close();
});

const authorization = "Bearer the-right-token";
const whole = async (response: Response) => (await response.clone().text()) + JSON.stringify([...response.headers]);
const leak = /hunter2|internal\/|select \*|node_modules|\.ts\b|\bat </;

describe("with AUTH_TOKEN", () => {
  const paths = [
    ["POST", "/stream/v2"],
    ["POST", "/api/v1/solve"],
    ["GET", "/api/v1/threads/t?userId=u"],
    ["GET", "/api/v1/threads/t/events?userId=u"],
    ["GET", "/api/v1/runs/r?userId=u"],
    ["POST", "/api/v1/runs/r/cancel?userId=u"],
    ["GET", "/api/v1/threads?userId=u"],
    ["GET", "/nope"],
    ["GET", "/api/v1/health/../runs/r?userId=u"],
  ] as const;

  test.each(paths)("%s %s requires the token: 401 without one, 403 with a wrong one", async (method, path) => {
    for (const [given, status] of [
      ["", 401],
      ["Bearer", 401],
      ["Bearer ", 401],
      ["Basic the-right-token", 401],
      ["the-right-token", 401],
      ["Bearer wrong-hunter2", 403],
      ["Bearer the-right-token2", 403],
      ["Bearer THE-RIGHT-TOKEN", 403],
    ] as const) {
      const init = { method, headers: { authorization: given, "content-type": "application/json" } };
      const response = await service.get(path, method === "POST" ? { ...init, body: "{}" } : init);
      expect([given, response.status]).toEqual([given, status]);
      expect(await whole(response)).not.toMatch(leak);
      expect((await refusalOf(response)).code).toBe(status === 401 ? "unauthorized" : "forbidden");
      expect(response.headers.has("www-authenticate")).toBe(status === 401);
    }
  });

  test("health requires none, and no spelling of its path opens another path", async () => {
    expect(await (await service.get("/health")).json()).toEqual({ status: "ok" });
    expect((await service.get("/api/v1/health")).status).toBe(200);
    for (const target of [
      "/health/../api/v1/runs/r?userId=u",
      "/api/v1/runs/r?userId=u#/health",
      "/api/v1/runs/..%2f..%2f..%2fhealth?userId=u",
      "http://x/api/v1/runs/r?userId=u",
      "/api/v1/runs/r\\..\\..\\health?userId=u",
    ]) {
      for (const host of ["x", "x/health?", "x/health#", "health"]) {
        const { status, body } = await exchange(service.url, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
        expect(body).not.toContain("There is no such run");
        expect(status).toBeOneOf([400, 401]);
      }
    }
  });

  test("the scheme's name may be in any letter case", async () => {
    const response = await service.get("/api/v1/runs/r?userId=u", {
      headers: { authorization: "bearer the-right-token" },
    });
    expect(response.status).toBe(404);
  });
});

/** A readiness without how hints travel, which is known only some seconds after a start. */
const verdictOf = async (response: Response): Promise<unknown> => {
  const { hints: _, ...verdict } = (await response.json()) as { readonly hints?: unknown };
  return verdict;
};

describe("when the store fails", () => {
  const requests = [
    ["POST", "/stream/v2", { message: "hi", userId: "u" }],
    ["POST", "/api/v1/solve", { problem: "hi", user_id: "u" }],
    ["GET", "/api/v1/threads/t?userId=u", null],
    ["GET", "/api/v1/threads/t/events?userId=u", null],
    ["GET", "/api/v1/runs/r?userId=u", null],
    ["POST", "/api/v1/runs/r/cancel?userId=u", null],
    ["GET", "/api/v1/images/i", null],
  ] as const;

  test.each(requests)(
    "%s %s gets 503 while it is away and 500 for a defect, without the reason",
    async (method, path, body) => {
      for (const [code, status, message] of [
        ["unavailable", 503, "store_unavailable"],
        ["failed", 500, "internal"],
      ] as const) {
        broken = new StoreError(code, SECRET, { cause: new Error(SECRET) });
        const headers = { authorization, "content-type": "application/json" };
        const response = await service.get(path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
        broken = null;
        expect(response.status).toBe(status);
        expect(response.headers.get("retry-after")).toBe(status === 503 ? "5" : null);
        expect(await whole(response)).not.toMatch(leak);
        expect((await refusalOf(response)).code).toBe(message);
      }
    },
  );

  test("readiness is 503 and names the check in our own words, and liveness stays 200", async () => {
    broken = new StoreError("unavailable", SECRET);
    // A result is reused for one second.
    let response = await service.get("/api/v1/health");
    while (response.status === 200) response = await service.get("/api/v1/health");
    const alive = await service.get("/health");
    broken = null;
    expect([response.status, alive.status]).toEqual([503, 200]);
    expect(await whole(response)).not.toMatch(leak);
    expect(await verdictOf(response)).toEqual({
      status: "unready",
      checks: {
        store: "the database does not answer",
        migrations: "unknown while the database cannot be used",
        model: "ok",
      },
    });
    let ready = await service.get("/api/v1/health");
    while (ready.status !== 200) ready = await service.get("/api/v1/health");
    expect(await verdictOf(ready)).toEqual({ status: "ready", checks: { store: "ok", migrations: "ok", model: "ok" } });
  });
});

test("a model that cannot be reached makes the service unready, with the model's message or ours", async () => {
  for (const [error, message] of [
    [
      new ModelError("model_unavailable", "The key was refused.", { retryable: false, cause: SECRET }),
      "The key was refused.",
    ],
    [new Error(SECRET), "the model cannot be reached"],
  ] as const) {
    const model = { ...scriptedModel(), check: () => Promise.reject(error) };
    const other = await startService({ store, model });
    const response = await other.get("/api/v1/health");
    await other.stop();
    expect(response.status).toBe(503);
    expect(await verdictOf(response)).toEqual({
      status: "unready",
      checks: { store: "ok", migrations: "ok", model: message },
    });
  }
});

describe("a run that fails", () => {
  const headers = { authorization };

  test("reveals nothing of the thrown error in any dialect", async () => {
    for (const [path, body] of [
      ["/stream/v2", { message: "hi", userId: "u", threadId: "thrown" }],
      ["/api/v1/solve", { problem: "hi", user_id: "u", thread_id: "thrown" }],
    ] as const) {
      const stream = readSse(await service.post(path, body, { headers }));
      (await service.model.nextCall()).fail(new Error(SECRET, { cause: new StoreError("failed", SECRET) }));
      await stream.toEnd();
      expect(stream.text).toContain("The server failed to answer.");
      expect(stream.text).not.toMatch(leak);
    }
    const thread = await service.get("/api/v1/threads/thrown?userId=u", { headers });
    expect(await whole(thread)).not.toMatch(leak);
  });
});

test("at level info nothing is logged of a question, an answer, an authToken or the authorization header", async () => {
  logged = "";
  const headers = { authorization, "x-user-id": "u" };
  const words = {
    message: "quokka-question",
    userId: "u",
    authToken: "quokka-token",
    agentConfig: { key: "quokka-config" },
  };
  const stream = readSse(
    await service.post("/stream/v2", { ...words, filesUrl: ["https://quokka-file"] }, { headers }),
  );
  (await service.model.nextCall()).finish("quokka-answer");
  await stream.toEnd();
  const failing = readSse(await service.post("/stream/v2", words, { headers }));
  const call = await service.model.nextCall();
  call.emit({ type: "text", delta: "quokka-answer" });
  call.fail(new Error("boom"));
  await failing.toEnd();
  await service.post("/stream/v2", { ...words, userId: "" }, { headers });
  await service.get("/api/v1/health?quokka=quokka", { headers: { authorization: "Bearer quokka" } });
  broken = new StoreError("failed", "a defect");
  await service.post("/stream/v2?quokka=quokka", words, { headers });
  broken = null;
  expect(logged).toContain('"run started"'.replaceAll('"', ""));
  expect(logged).toContain("boom");
  expect(logged).toContain("a defect");
  expect(logged).not.toMatch(/quokka|the-right-token/);
});

test("a provider's error that quotes the question and the key is logged with its codes but without its text", async () => {
  logged = "";
  const body = '{"error":{"message":"No such key: quokka-key, asked for quokka-question","code":"invalid_api_key"}}';
  const place = { keyVariable: "MODEL_API_KEY", now: () => 0 };
  const other = await startService({ store, logger: log });
  await solved(other, "quoting", "t", (call) =>
    call.fail(failureOfStatus({ status: 401, header: () => null, body }, place)),
  );
  await other.stop();
  expect(logged).toContain("HTTP 401 (invalid_api_key)");
  expect(logged).not.toContain("quokka");
});

test("what is hidden from clients is in the log", async () => {
  logged = "";
  const other = await startService({ store, logger: log });
  await solved(other, "logged", "t", (call) => call.fail(new Error("the true reason")));
  await other.stop();
  expect(logged).toContain("the true reason");
});
