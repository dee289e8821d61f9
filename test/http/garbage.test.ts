import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Model } from "../../src/models/contract.ts";
import type { Store } from "../../src/store/contract.ts";
import { memoryStore } from "../support/pglite.ts";
import { startService, type TestService } from "../support/service.ts";
import { ANSWER, stubModel } from "../support/stub-model.ts";
import { refusalOf } from "../support/views.ts";
import { exchange } from "../support/wire-tap.ts";

const RUNS = 1000;
/** Part of everything that a caller sends except field names, so that an echo is found. */
const MARK = "Zq7Xj";

let service: TestService<Model>;
let store: Store;
let begun = 0;
beforeAll(async () => {
  store = await memoryStore();
  const begin: Store["runs"]["begin"] = (run) => {
    begun++;
    return store.runs.begin(run);
  };
  service = await startService({
    store: { ...store, runs: { ...store.runs, begin } },
    model: stubModel("stub", [{ parts: ANSWER }]),
  });
});
afterAll(async () => {
  await service.stop();
  await store.close();
});

const ODD_TEXT = [
  "",
  " ",
  `${MARK}:`,
  `${MARK}\0`,
  `${MARK}\n`,
  `${MARK}\ud800`,
  `'${MARK}"`,
  `${MARK}`.repeat(200),
  "__proto__",
];
const text = fc.oneof(fc.string({ unit: "binary", maxLength: 20 }), fc.constantFrom(...ODD_TEXT));
/** A field's name, which a refusal may contain. */
const fieldName = text.map((value) => value.replaceAll(MARK, "x"));
const value = fc.oneof(text, fc.jsonValue(), fc.constantFrom(null, true, Number.MAX_VALUE, -0, 2 ** 60, [], {}, [[]]));

const bytes = fc.uint8Array({ maxLength: 200 });
const json = fc.json().map((value) => Buffer.from(value));
const fields = (names: readonly string[]) =>
  fc
    .dictionary(fc.oneof(fc.constantFrom(...names), text), value, { maxKeys: 10 })
    .map((value) => Buffer.from(JSON.stringify(value)));
const broken = fc
  .tuple(
    fc.constantFrom("message", "problem", "agentConfig", "question"),
    fc.nat(120),
    fc.uint8Array({ minLength: 1, maxLength: 3 }),
  )
  .map(([name, at, noise]) => {
    const value = Buffer.from(
      `{"${name}":"${MARK}","userId":"${MARK}","user_id":"${MARK}","threadId":null,"filesUrl":[]}`,
    );
    return Buffer.concat([value.subarray(0, at), noise, value.subarray(at + 1)]);
  });
const nested = fc
  .tuple(fc.constantFrom("[", '{"a":', '[{"a":'), fc.integer({ min: 1, max: 50_000 }))
  .map(([open, depth]) => Buffer.from(open.repeat(depth)));
const type = fc.constantFrom(
  "application/json",
  "application/json",
  "application/json",
  "text/plain",
  "",
  "json",
  MARK,
);

const endpoints = [
  {
    path: "/stream/v2",
    names: ["message", "userId", "threadId", "filesUrl", "streamTokens", "agentConfig", "authToken"],
  },
  { path: "/api/v1/solve", names: ["problem", "user_id", "thread_id", "image_urls"] },
  { path: "/ask", names: ["question", "user_id", "thread_id"] },
  { path: "/rag", names: ["question", "k", "collection", "user_id", "thread_id"] },
  { path: "/api/v1/runs/none/cancel", names: ["userId"] },
  { path: "/api/v1/threads/none/fork?userId=u", names: ["checkpoint_id", "thread_id"] },
];

/** The last events of streams with an answer, and of those in which a wire asks for a question. */
const ANSWERED = /event: (?:run\.completed|done)\n|data: \{"type":"done",/;
const NOT_STARTED =
  /^:\n\n(?:id: [^\n]+\n\nid: [^\n]+\n)?data: \{"type":"error","message":"Please ask a question\."\}\n\n$/;

/** Checks the response to an odd request; `before` is how many runs had started when it was sent. */
const expectAnswer = async (response: Response, before: number): Promise<void> => {
  if (response.status === 200) {
    const value = await response.text();
    if (NOT_STARTED.test(value)) expect(begun).toBe(before);
    else {
      expect(begun).toBe(before + 1);
      expect(value).toMatch(ANSWERED);
    }
    return;
  }
  expect(response.status).toBeOneOf([400, 404, 413, 415, 422]);
  expect(begun).toBe(before);
  const error = await refusalOf(response);
  expect(JSON.stringify(error)).not.toContain(MARK);
  expect(JSON.stringify([...response.headers])).not.toContain(MARK);
};

describe.each(endpoints)("POST $path", ({ path, names }) => {
  test(`answers any body with a stream or a plain refusal, and a refusal leaves nothing behind`, async () => {
    const body = fc.oneof(bytes, json, fields(names), broken, nested);
    await fc.assert(
      fc.asyncProperty(body, type, async (value, contentType) => {
        const before = begun;
        const response = await service.post(path, "", {
          body: value as Uint8Array<ArrayBuffer>,
          headers: { "content-type": contentType },
          signal: AbortSignal.timeout(5_000),
        });
        await expectAnswer(response, before);
      }),
      { numRuns: RUNS },
    );
  });
});

test("GET /ask answers any query with a stream or a plain refusal, and a refusal leaves nothing behind", async () => {
  const name = fc.oneof(fc.constantFrom("question", "user_id", "thread_id", "userId"), fieldName);
  const query = fc.array(fc.tuple(name, text), { maxLength: 6 }).map((pairs) => {
    const parameters = pairs.map((pair) => pair.map((value) => encodeURIComponent(value.toWellFormed())).join("="));
    return parameters.join("&");
  });
  const broken = fc.string({ unit: fc.constantFrom("question=", "%", "%ff", "%00", "&", "=", "+", ";", "[]", "a") });
  await fc.assert(
    fc.asyncProperty(fc.oneof(query, broken), async (value) => {
      const before = begun;
      await expectAnswer(await service.get(`/ask?${value}`, { signal: AbortSignal.timeout(5_000) }), before);
    }),
    { numRuns: RUNS },
  );
});

test("repeated, empty and odd headers get an answer and no 5xx", async () => {
  const name = fc.constantFrom(
    ...["content-type", "content-length", "x-user-id", "x-trace-id", "traceparent", "accept-language", "authorization"],
    ...["last-event-id", "transfer-encoding", "expect", "host", "connection", "upgrade", "accept", "cookie", "x-a"],
  );
  const odd = fc.oneof(
    fc.constantFrom("", ",", ";q=", "ko;q=9e99,en;q=.5.5", "chunked", "100-continue", "websocket", "-1", "7", "*"),
    fc.string({ maxLength: 30 }).map((value) => value.replace(/[\r\n]/g, "")),
    fc.string({ unit: fc.constantFrom("\x00", "\x7f", "\xff", "é", ":", ",", " "), maxLength: 10 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, odd), { maxLength: 6 }), fc.boolean(), async (headers, isPost) => {
      const lines = headers.map(([key, value]) => `${key}: ${value}\r\n`).join("");
      const target = isPost ? "POST /stream/v2" : "GET /api/v1/threads/t/events?userId=u";
      const raw = `${target} HTTP/1.1\r\nHost: localhost\r\n${lines}${isPost ? "Content-Length: 2\r\n" : ""}\r\n${isPost ? "{}" : ""}`;
      const answer = await Promise.race([exchange(service.url, Buffer.from(raw, "latin1")), quiet()]);
      if (answer !== null) expect(answer.status).toBeWithin(400, 500);
    }),
    { numRuns: 300 },
  );
  expect((await service.get("/health")).status).toBe(200);
});

/** A request that announces more than it sends is waited for, which also counts as an answer. */
const quiet = (): Promise<null> => Bun.sleep(300).then(() => null);
