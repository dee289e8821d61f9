import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { startService, type TestService } from "../support/service.ts";
import { refusalOf } from "../support/views.ts";
import { type WritingModel, writingModel } from "../support/writing-model.ts";

const RUNS = 300;
/** Part of everything that a caller sends except field names, so that an echo is found. */
const MARK = "Zq7Xj";

let service: TestService<WritingModel>;
beforeAll(async () => {
  service = await startService({ model: writingModel() });
});
afterAll(() => service.stop());

const GENERATE = {
  input_type: "text",
  content: "Bun reads SQL.",
  provider: null,
  auto_day_number: true,
  auto_tags: null,
  auto_excerpt: false,
  user_id: "u",
};
/** Each with a valid body, in which garbage replaces a part. */
const ENDPOINTS = [
  { path: "/api/v1/generate/stream", good: GENERATE },
  { path: "/api/v1/generate/preview", good: GENERATE },
  { path: "/api/v1/tils", good: { title: "x", content: "x", excerpt: "", day_number: 1, tags: ["x"] } },
];

const odd = [
  "",
  " ",
  "text",
  "url",
  "file",
  `data:,${MARK}`,
  `data:;base64,${MARK}`,
  "http://[::1]/",
  `http://10.0.0.1/${MARK}`,
];
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom(...odd, `${MARK}\0`, `${MARK}\ud800`, MARK.repeat(50), "__proto__", "true", "1e9"),
);
/** A field's name, which a refusal may contain. */
const fieldName = text.map((value) => value.replaceAll(MARK, "x"));
const item = fc.oneof(text, fc.record({ id: text, name: text, slug: text }, { requiredKeys: [] }), fc.jsonValue());
const value = fc.oneof(
  text,
  fc.array(item, { maxLength: 25 }),
  fc.jsonValue(),
  fc.constantFrom(null, true, -0, 2 ** 60),
);
const type = fc.oneof(
  { weight: 9, arbitrary: fc.constant("application/json") },
  { weight: 1, arbitrary: fc.constantFrom("text/plain", "", `multipart/form-data; boundary=${MARK}`) },
);

/** Checks that a response is no 5xx and, if it is a refusal, a plain one that echoes nothing. */
const expectAnswer = async (response: Response): Promise<void> => {
  expect(response.status).toBeLessThan(500);
  if (response.status < 300) {
    const value = await response.text();
    if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
      expect(value).toMatch(/event: (?:complete|error)\ndata: .*\n\n$/);
    }
    return;
  }
  expect(response.status).toBeOneOf([400, 413, 415, 422]);
  expect(JSON.stringify(await refusalOf(response))).not.toContain(MARK);
};

describe.each(ENDPOINTS)("POST $path", ({ path, good }) => {
  const names = Object.keys(good);
  const fields = fc
    .tuple(fc.boolean(), fc.dictionary(fc.oneof(fc.constantFrom(...names), fieldName), value, { maxKeys: 4 }))
    .map(([isNearlyGood, value]) => (isNearlyGood ? { ...good, ...value } : value));
  const post = (body: Uint8Array | string, contentType: string) =>
    service.post(path, "", {
      body: body as Uint8Array<ArrayBuffer>,
      headers: { "content-type": contentType },
      signal: AbortSignal.timeout(10_000),
    });

  test("answers any body, never with a 5xx", async () => {
    const body = fc.oneof(
      { weight: 4, arbitrary: fields.map((value) => JSON.stringify(value)) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
      { weight: 1, arbitrary: fc.json() },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 50_000 }).map((depth) => '{"tags":['.repeat(depth)) },
    );
    await fc.assert(
      fc.asyncProperty(body, type, async (value, contentType) => expectAnswer(await post(value, contentType))),
      { numRuns: RUNS },
    );
  });

  test("answers any form, complete or broken", async () => {
    const part = fc.record({
      name: fc.oneof(fc.constantFrom(...names, "file"), fieldName),
      filename: fc.option(text),
      mediaType: fc.constantFrom("", "text/plain", "text/html", "text/csv", "application/pdf", "image/png", MARK),
      body: fc.oneof(text, fc.constantFrom("<p>x</p>", "%PDF-1.7", "a,b\n1")),
    });
    const form = fc.array(part, { maxLength: 4 }).map((parts) => {
      const lines = parts.map(({ name, filename, mediaType, body }) => {
        const file = filename === null ? "" : `; filename="${filename}"`;
        const typed = mediaType === "" ? "" : `\r\ncontent-type: ${mediaType}`;
        return `--${MARK}\r\ncontent-disposition: form-data; name="${name}"${file}${typed}\r\n\r\n${body}\r\n`;
      });
      return `${lines.join("")}--${MARK}--\r\n`;
    });
    const cut = fc.tuple(form, fc.nat(400)).map(([value, at]) => value.slice(0, at));
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 3, arbitrary: form }, { weight: 1, arbitrary: cut }), async (value) =>
        expectAnswer(await post(value.toWellFormed(), `multipart/form-data; boundary=${MARK}`)),
      ),
      { numRuns: RUNS },
    );
  });
});
