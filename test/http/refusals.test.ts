import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { refusalOf } from "../support/views.ts";
import { exchange } from "../support/wire-tap.ts";

let service: TestService<ScriptedModel>;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const MIB = 1024 * 1024;
const endpoints = [
  { path: "/stream/v2", message: "message", user: "userId", thread: "threadId" },
  { path: "/api/v1/solve", message: "problem", user: "user_id", thread: "thread_id" },
] as const;

describe.each(endpoints)("POST $path refuses", ({ path, ...field }) => {
  const body = (given: Record<string, unknown>) => ({ [field.message]: "hi", [field.user]: "refused", ...given });
  const refused = async (status: number, sent: unknown, init?: RequestInit) => {
    const response = await service.post(path, sent, init);
    expect(response.status).toBe(status);
    return refusalOf(response);
  };

  test.each(["", "{", "nul", "{'a':1}", "[1,]", '{"a":1} x', "\u{feff}{", "NaN"])("invalid JSON: %j", async (text) => {
    expect((await refused(400, text)).code).toBe("malformed_json");
  });

  test("an empty body, and says that it is empty", async () => {
    expect((await refused(400, "")).message).toBe("The body is empty.");
  });

  test("bytes that are not UTF-8", async () => {
    const init = { body: Buffer.from(JSON.stringify(body({ [field.message]: "\xff" })), "latin1") };
    expect((await refused(400, "", init)).code).toBe("malformed_json");
  });

  test.each(["null", "[]", "7", '"text"', "true", "{}"])("JSON that is not a request: %s", async (text) => {
    expect((await refused(422, text)).code).toBe("invalid");
    if (!text.startsWith("{")) expect((await refused(422, text)).message).toBe("The body must be a JSON object.");
  });

  test("a million levels of nesting, in broken JSON and in a value", async () => {
    for (const depth of [100, 10_000, 250_000]) {
      const nested = `${"[".repeat(depth)}${"]".repeat(depth)}`;
      expect((await service.post(path, nested)).status).toBeOneOf([400, 422]);
      const inside = `{"message":"hi","userId":"u","problem":7,"agentConfig":{"a":${nested}}}`;
      expect((await service.post(path, inside)).status).toBeOneOf([400, 422]);
    }
    expect((await service.post(path, "[".repeat(1_000_000))).status).toBe(400);
  });

  test.each([
    ["", undefined],
    ["text/plain", undefined],
    ["application/x-www-form-urlencoded", undefined],
    ["application/jsonp", undefined],
    ["multipart/form-data; boundary=x", undefined],
    ["application/json", 200],
    ["APPLICATION/JSON; Charset=UTF-8", 200],
    ["application/vnd.api+json", 200],
  ])("content-type %j unless it is JSON", async (type, status = 415) => {
    const sent = status === 200 ? "{}" : body({});
    const response = await service.post(path, sent, { headers: { "content-type": type } });
    expect(response.status).toBe(status === 200 ? 422 : 415);
    await refusalOf(response);
  });

  test("a missing content-type", async () => {
    const raw = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`;
    expect((await exchange(service.url, raw)).status).toBe(415);
  });

  test("more than 1 MiB, declared or not, and accepts exactly 1 MiB", async () => {
    const of = (size: number) => `"${"x".repeat(size - 2)}"`;
    expect((await refused(413, of(MIB + 1))).code).toBe("payload_too_large");
    expect((await refused(422, of(MIB))).code).toBe("invalid");
    const pieces = new ReadableStream({
      pull(controller) {
        controller.enqueue(Buffer.alloc(64 * 1024, " "));
      },
    });
    expect((await refused(413, "", { body: pieces })).code).toBe("payload_too_large");
  });

  test("a body declared as too large before it has arrived", async () => {
    const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${MIB + 1}\r\n\r\n`;
    expect((await exchange(service.url, head)).status).toBe(413);
  });

  test.each([
    [field.message, undefined],
    [field.message, null],
    [field.message, ""],
    [field.message, " \n\t"],
    [field.message, 7],
    [field.message, ["hi"]],
    [field.message, "with a NUL \0"],
    [field.message, "half a pair \ud800"],
    [field.user, undefined],
    [field.user, null],
    [field.user, ""],
    [field.user, 7],
    [field.user, "a:b"],
    [field.user, "a\nb"],
    [field.user, "a\u0085b"],
    [field.user, "a\0b"],
    [field.user, "\udfff"],
    [field.user, "u".repeat(129)],
    [field.thread, ""],
    [field.thread, 7],
    [field.thread, {}],
    [field.thread, "a\r\nb"],
    [field.thread, "a\0b"],
    [field.thread, "\ud83d"],
    [field.thread, "t".repeat(257)],
  ])("%s when it is %j, naming the field", async (name, value) => {
    const { code, details, message } = await refused(422, body({ [name]: value }));
    expect(code).toBe("invalid");
    expect(details.map(({ path: where }) => where)).toEqual([`/${name}`]);
    expect(message).toMatch(new RegExp(`^${name} (?:must|is required)`));
  });

  test("without echoing any value or key of the caller", async () => {
    const secret = "hunter2-hunter2";
    const sent = JSON.stringify(
      body({
        [field.message]: { [secret]: secret },
        [field.user]: `${secret}:`,
        [field.thread]: `${secret}\n`,
        agentConfig: { [secret]: "\0" },
        image_urls: [secret, 1],
        filesUrl: [secret, 1],
        authToken: [secret],
      }),
    );
    for (const text of [sent, sent.slice(0, -1), sent.replace('"hi"', secret)]) {
      const response = await service.post(path, text);
      expect(response.status).toBeOneOf([400, 422]);
      expect((await response.text()) + JSON.stringify([...response.headers])).not.toContain("hunter2");
    }
  });
});

test("a key of any length inside agentConfig is not sent back", async () => {
  const agentConfig = { ["k".repeat(500_000)]: Array(1000).fill("\0") };
  const response = await service.post("/stream/v2", { message: "hi", userId: "u", agentConfig });
  expect(response.status).toBe(422);
  expect((await response.text()).length).toBeLessThan(500);
});

describe("paths and methods", () => {
  test.each([
    ["GET", "/stream/v2", "POST"],
    ["DELETE", "/health", "GET"],
    ["PUT", "/ask", "POST, GET"],
    ["POST", "/api/v1/threads/t/events", "GET"],
    ["POST", "/api/v1/threads/a%2Fb/events/", "GET"],
    ["GET", "/api/v1/runs/r/cancel", "POST"],
    ["PATCH", "/api/v1/threads/t?userId=u", "GET, DELETE"],
  ])("%s %s is refused, and the allowed methods are named", async (method, path, allowed) => {
    const response = await service.get(path, { method });
    expect([response.status, response.headers.get("allow")]).toEqual([405, allowed]);
    expect((await refusalOf(response)).code).toBe("method_not_allowed");
  });

  test.each(["/stream", "/api/v1/threads/t/nothing", "/api/v1", "/healthy"])("%s is not found", async (path) => {
    const response = await service.get(path, { method: "POST" });
    expect([response.status, response.headers.get("allow")]).toEqual([404, null]);
  });

  test.each([
    ["POST", "/"],
    ["GET", "/nope"],
    ["GET", "/stream/v2"],
    ["PUT", "/stream/v2"],
    ["DELETE", "/api/v1/solve"],
    ["POST", "/health"],
    ["POST", "/api/v1/threads/x/events?userId=u"],
    ["GET", "/api/v1/runs/x/cancel?userId=u"],
    ["GET", "/api/v1/threads/%zz?userId=u"],
    ["GET", "/api/v1/threads/a%2Fb?userId=u"],
    ["GET", "/api/v1/threads/..%2f..%2fetc?userId=u"],
    ["GET", "/api/v1/threads/%zz/events?userId=u"],
    ["GET", "/api/v1/threads/%ff?userId=u"],
    ["GET", "/api/v1/runs/%zz?userId=u"],
    ["GET", "/api/v1/runs/%00?userId=u"],
    ["POST", "/api/v1/runs/%zz/cancel?userId=u"],
    ["POST", "/api/v1/runs/%00/cancel?userId=u"],
    ["GET", "/api/v1/images/%00"],
    ["GET", "/api/v1/images/..%2f..%2fetc%2fpasswd"],
  ])("%s %s is not found", async (method, path) => {
    const { status, body } = await exchange(
      service.url,
      `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n`,
    );
    expect(status).toBeOneOf([404, 405]);
    expect(JSON.parse(body).error.code).toBeOneOf(["not_found", "method_not_allowed"]);
  });

  test.each(["%00", "a%00b", "%0a", "%C2%85", "t".repeat(257)])("an invalid thread id, %s, is refused", async (id) => {
    for (const path of [`/api/v1/threads/${id}`, `/api/v1/threads/${id}/events`]) {
      const response = await service.get(`${path}?userId=u`);
      expect(response.status).toBe(422);
      expect((await refusalOf(response)).details).toMatchObject([{ path: "/threadId" }]);
    }
  });

  test.each(["", "a b", "[", "x/health?", "%", "localhost:99999", "\xe9", "'; drop table--"])(
    "the Host header %j gets a plain refusal without source or stack",
    async (host) => {
      for (const path of ["/api/v1/runs/x?userId=u", "/nope"]) {
        const { status, body, head } = await exchange(
          service.url,
          Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`, "latin1"),
        );
        expect(status).toBeOneOf([400, 404]);
        expect(head + body).not.toMatch(/html|\.ts|node_modules| at /i);
        if (body !== "") expect(Object.keys(JSON.parse(body).error)).toEqual(["code", "message", "details"]);
      }
    },
  );
});

describe("the user of a request", () => {
  const ask = (query: string, headers: [string, string][] = []) =>
    exchange(
      service.url,
      Buffer.from(
        `GET /api/v1/threads/t${query} HTTP/1.1\r\nHost: localhost\r\n${headers.map(([k, v]) => `${k}: ${v}\r\n`).join("")}\r\n`,
      ),
    );

  test.each<[string, [string, string][]]>([
    ["", []],
    ["?userId=", []],
    ["?userId=a:b", []],
    ["?userId=a%3Ab", []],
    ["?userId=%00", []],
    ["?userId=a%0Ab", []],
    [`?userId=${"u".repeat(129)}`, []],
    ["?userId=a&userId=b", []],
    ["?userId=a&userId=a", []],
    ["?userId=a&userId=", []],
    ["", [["x-user-id", ""]]],
    ["", [["x-user-id", "a:b"]]],
    [
      "",
      [
        ["x-user-id", "a"],
        ["x-user-id", "b"],
      ],
    ],
    [
      "",
      [
        ["x-user-id", "a"],
        ["X-User-Id", "a"],
      ],
    ],
    ["?userId=a", [["x-user-id", "b"]]],
  ])("query %j and headers %j are refused", async (query, headers) => {
    const { status, body } = await ask(query, headers);
    expect(status).toBe(422);
    expect(JSON.parse(body).error.details).toMatchObject([{ path: "/userId" }]);
  });

  test("may be the same in query and header, and a header may have any text in UTF-8", async () => {
    expect((await ask("?userId=a", [["x-user-id", "a"]])).status).toBe(404);
    const response = await service.post("/stream/v2", { message: "hi", userId: "민수", threadId: "t" });
    (await service.model.nextCall()).finish("안녕");
    await response.text();
    expect((await ask("", [["x-user-id", "민수"]])).status).toBe(200);
    expect((await ask("?userId=%EB%AF%BC%EC%88%98", [["x-user-id", "민수"]])).status).toBe(200);
  });
});
