import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { baseIn, withBase } from "../../src/http/response/picture-base.ts";
import { solved } from "../support/answers.ts";
import { payloadsOf } from "../support/native-events.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { bearer, userToken } from "../support/user-token.ts";
import type { ThreadView } from "../support/views.ts";

const request = (base: string) => new Request(`http://h/?base=${encodeURIComponent(base)}`);
const message = (content: string, role: "user" | "assistant" = "assistant") => ({
  id: "m",
  role,
  content,
  seq: 1,
  created_at: "2026-01-01T00:00:00.000Z",
});
const rewritten = (content: string) => withBase(message(content), "https://h/ai/").content;

describe("a base", () => {
  test.each([
    ["https://example.com/ai/", "https://example.com/ai/"],
    ["https://example.com/ai", "https://example.com/ai/"],
    ["http://[::1]:8011", "http://[::1]:8011/"],
    ["/ai", "/ai/"],
    ["/", "/"],
    ["../..", "../../"],
    ["경로/", "경로/"],
  ])("%s is valid", (given, base) => {
    expect(baseIn(request(given))).toBe(base);
  });

  test.each([
    "",
    " ",
    "javascript:alert(1)//",
    "JavaScript:alert(1)",
    "data:text/html,x",
    "ftp://h/",
    "//evil.example/",
    "https://",
    "https:///x",
    "https://user@h/",
    "https://h/?q=",
    "https://h/#f",
    "https://h/a b",
    "https://h/)![x](y",
    'https://h/"onerror=',
    "https://h/<x>",
    "https://h/\\x",
    "https://h/\n",
    "https://h/\u202e",
    `https://h/${"x".repeat(2048)}`,
  ])("%j is invalid", (given) => {
    expect(() => baseIn(request(given))).toThrow("base must be");
  });

  test("may be given only once", () => {
    expect(() => baseIn(new Request("http://h/?base=/a&base=/a"))).toThrow("base must be");
    expect(baseIn(new Request("http://h/"))).toBeNull();
  });
});

describe("a picture in an answer", () => {
  test.each([
    ["![y = x](api/v1/images/01a-b)", "![y = x](https://h/ai/api/v1/images/01a-b)"],
    ['![](api/v1/images/01a "title")', '![](https://h/ai/api/v1/images/01a "title")'],
    ["![](<api/v1/images/01a>)", "![](<https://h/ai/api/v1/images/01a>)"],
    [
      "[open](./api/v1/images/01a) and ![](/api/v1/images/01b)",
      "[open](https://h/ai/api/v1/images/01a) and ![](https://h/ai/api/v1/images/01b)",
    ],
    ["![plot]\n\n[plot]: api/v1/images/01a\nafter", "![plot]\n\n[plot]: https://h/ai/api/v1/images/01a\nafter"],
    ["[plot]: api/v1/images/01a", "[plot]: https://h/ai/api/v1/images/01a"],
  ])("gets the base: %j", (content, expected) => {
    expect(rewritten(content)).toBe(expected);
  });

  test.each([
    "api/v1/images/01a",
    "see api/v1/images/01a)",
    "![](https://other.example/api/v1/images/01a)",
    "![](../api/v1/images/01a)",
    "![](api/v1/images/)",
    "![](api/v1/images/01a/../../threads)",
    "![](api/v1/images/01a?x=1)",
    "![](api/v1/imagesx/01a)",
  ])("does not include other addresses: %j", (content) => {
    expect(rewritten(content)).toBe(content);
  });

  test("is left alone in a user's text", () => {
    const content = "![](api/v1/images/01a)";
    expect(withBase(message(content, "user"), "/ai/").content).toBe(content);
  });

  test("is searched for in linear time in any text", () => {
    for (const piece of ["](", "[", "[a]: ", "![](api/v1/images/", "](        ", "\n [x]:"]) {
      const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
      const before = process.cpuUsage();
      rewritten(text);
      const { user } = process.cpuUsage(before);
      expect([piece, user < 1_000_000]).toEqual([piece, true]);
    }
  });
});

describe("a picture that a run has drawn", () => {
  const SECRET = "a secret of the provider";
  let service: TestService<ScriptedModel>;
  let open: TestService<ScriptedModel>;
  beforeAll(async () => {
    open = await startService();
    service = await startService({
      store: open.store,
      owner: "locked",
      env: { AUTH_TOKEN: "service", JWT_SECRET: SECRET },
    });
  });
  afterAll(async () => {
    await service.stop();
    await open.stop();
  });

  test("can be shown in an <img> where a credential is required, and has the base in the thread", async () => {
    let url = "";
    const { events } = await solved(
      open,
      "painter",
      "t",
      async (call) => {
        call.emit(
          { type: "tool_call", id: "c1", name: "plot_function", input: { expressions: ["x^2"], from: -2, to: 2 } },
          { type: "finish", reason: "tool_calls", usage: { inputTokens: 1, outputTokens: 1 } },
        );
        const next = await open.model.nextCall();
        url = /api\/v1\/images\/[\w-]+/.exec(JSON.stringify(next.request.messages))?.[0] ?? "";
        // The same while the run is active.
        const under = await open.get("/api/v1/threads/t?userId=painter&base=/ai");
        expect(await under.json()).toMatchObject({ active_message: { images: [{ url: `/ai/${url}` }] } });
        next.finish(`![a parabola](${url})`);
      },
      "plot y = x^2",
    );
    expect(payloadsOf(events, "image_result")).toMatchObject([{ url }]);
    // An <img> on a page of another site sends only this.
    const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" };
    for (const { url: root } of [service, open]) {
      const picture = await fetch(`${root}/${url}`, { headers });
      expect(picture.status).toBe(200);
      expect(picture.headers.get("cache-control")).toBe("private, max-age=31536000, immutable");
      expect(picture.headers.get("content-type")).toBe("image/svg+xml");
    }
    const token = bearer(await userToken(SECRET, { sub: "painter" }));
    const read = async (query: string): Promise<ThreadView> =>
      (await (await service.get(`/api/v1/threads/t${query}`, { headers: token })).json()) as ThreadView;
    expect((await read("")).messages.at(-1)?.content).toBe(`![a parabola](${url})`);
    expect((await read("?base=https://app.example/ai")).messages.at(-1)).toMatchObject({
      content: `![a parabola](https://app.example/ai/${url})`,
      images: [{ url: `https://app.example/ai/${url}` }],
    });
    const refused = await service.get("/api/v1/threads/t?base=javascript:x", { headers: token });
    expect(refused.status).toBe(422);
  });

  test("is not found under another id", async () => {
    for (const id of ["none", "..%2f", "%00", "x".repeat(5000)]) {
      expect((await service.get(`/api/v1/images/${id}`)).status).toBe(404);
    }
  });
});
