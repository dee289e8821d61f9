import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { builtinModel } from "../../src/builtin/model/index.ts";
import type { Model } from "../../src/models/contract.ts";
import type { Store } from "../../src/store/contract.ts";
import { memoryStore } from "../support/pglite.ts";
import { startService, type TestService } from "../support/service.ts";
import { refusalOf } from "../support/views.ts";

let service: TestService<Model>;
let store: Store;
beforeAll(async () => {
  store = await memoryStore();
  service = await startService({ store, model: builtinModel() });
});
afterAll(async () => {
  await service.stop();
  await store.close();
});

const JSON_HEADERS = { "content-type": "application/json" };
const sent = (path: string, body: string): Promise<Response> => service.post(path, body, { headers: JSON_HEADERS });
const values = (count: number): string => `[${"1,".repeat(count - 2)}1]`;

describe("a body's values are counted before it is parsed", () => {
  test.each(["/stream/v2", "/api/v1/solve", "/ask", "/rag", "/api/chat/stream", "/api/v1/documents", "/api/v1/tils"])(
    "%s refuses more than 100,000",
    async (path) => {
      const response = await sent(path, `{"x":${values(520_000)}}`);
      expect(response.status).toBe(413);
      const refusal = await response.text();
      expect(refusal).toContain("100000 values");
    },
  );

  test("exactly 100,000 are accepted", async () => {
    // The body, its message, its user and the list itself count too.
    const body = (list: number) => `{"message":"1+1","userId":"u","agentConfig":{"a":${values(list)}}}`;
    expect((await sent("/stream/v2", body(100_000 - 4))).status).toBe(200);
    expect((await refusalOf(await sent("/stream/v2", body(100_000 - 3)))).code).toBe("payload_too_large");
  });

  test("nesting too deep for the parser is refused with a message", async () => {
    const { code, message } = await refusalOf(await sent("/stream/v2", "[".repeat(100_000)));
    expect([code, message]).toEqual(["malformed_json", "The body is nested deeper than 512 levels."]);
  });
});

test("lists of files and features have a bound that the refusal names", async () => {
  const body = { message: "hi", userId: "u" };
  for (const field of ["filesUrl", "chosenFeatures"]) {
    const list = (count: number) =>
      JSON.stringify({ ...body, [field]: Array(count).fill("https://example.com/a.txt") });
    const { details } = await refusalOf(await sent("/stream/v2", list(101)));
    expect(details.map(({ path, message }) => [path, message.includes("at most 100")])).toEqual([[`/${field}`, true]]);
    expect((await sent("/stream/v2", list(100))).status).toBe(200);
  }
});

test("names such as __proto__ are ordinary names, and of two equal names the last one counts", async () => {
  const body = `{"__proto__":{"message":"no"},"message":"first","message":"1+1","userId":"u","agentConfig":{"__proto__":{"x":1}}}`;
  expect((await sent("/stream/v2", body)).status).toBe(200);
  expect(({} as Record<string, unknown>).x).toBeUndefined();
});

test("a query has at most 100 parameters", async () => {
  const query = (count: number) => Array.from({ length: count }, (_, at) => `p${at}=1`).join("&");
  const response = await service.get(`/ask?question=1%2B1&${query(100)}`);
  expect(response.status).toBe(422);
  expect((await service.get(`/ask?question=1%2B1&${query(99)}`)).status).toBe(200);
});

describe("a document of more than 1 MiB as JSON", () => {
  const post = (body: string) => sent("/api/v1/documents", body);

  test("is parsed in a worker and stored", async () => {
    // Blanks make no chunks: this test is about the body, not about ingesting a book.
    const content = `The river runs fast here.${" ".repeat(1_200_000)}여울은 물살이 빠른 곳이다.`;
    const response = await post(JSON.stringify({ title: "river.txt", content, user_id: "large" }));
    expect(response.status).toBe(201);
  });

  test("is refused like a small one when it is no JSON, no UTF-8 or larger than 20 MiB", async () => {
    const large = "x".repeat(2 * 1024 * 1024);
    expect((await refusalOf(await post(`{"title":"${large}`))).code).toBe("malformed_json");
    const broken = Buffer.concat([Buffer.from(`{"title":"${large}`), Buffer.from([0xff]), Buffer.from('"}')]);
    const response = await fetch(`${service.url}/api/v1/documents`, {
      method: "POST",
      headers: JSON_HEADERS,
      body: broken,
    });
    expect((await refusalOf(response)).message).toContain("UTF-8");
    expect((await post(`{"title":"${"x".repeat(21 * 1024 * 1024)}"}`)).status).toBe(413);
  });
});

describe("a form", () => {
  const post = (body: Buffer | FormData, boundary?: string) =>
    fetch(`${service.url}/api/v1/documents`, {
      method: "POST",
      body,
      ...(boundary !== undefined && { headers: { "content-type": `multipart/form-data; boundary=${boundary}` } }),
    });

  test("of a million parts is refused before it is parsed", async () => {
    const parts = Buffer.from(
      `${"--b\r\ncontent-disposition: form-data; name=a\r\n\r\n\r\n".repeat(300_000)}--b--\r\n`,
    );
    expect((await refusalOf(await post(parts, "b"))).code).toBe("malformed_request");
  });

  test("may have at most 100 parts", async () => {
    const form = (count: number): FormData => {
      const made = new FormData();
      made.set("file", new File(["hello"], "a.txt"));
      for (let at = 1; at < count; at++) made.set(`field-${at}`, "x");
      return made;
    };
    expect((await post(form(100))).status).toBeOneOf([200, 201]);
    expect((await refusalOf(await post(form(101)))).code).toBe("malformed_request");
  });

  test("whose fields are larger than 1 MiB is refused", async () => {
    const form = new FormData();
    form.set("file", new File(["hello"], "a.txt"));
    form.set("metadata", `{"a":[${"{},".repeat(600_000)}{}]}`);
    expect((await refusalOf(await post(form))).code).toBe("payload_too_large");
  });

  test("whose metadata is longer than 16,384 characters is refused", async () => {
    const form = new FormData();
    form.set("file", new File(["hello"], "a.txt"));
    form.set("metadata", `{"a":"${"x".repeat(20_000)}"}`);
    const { details } = await refusalOf(await post(form));
    expect(details.map(({ path }) => path)).toEqual(["/metadata"]);
  });
});
