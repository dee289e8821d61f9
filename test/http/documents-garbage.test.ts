import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import { startService, type TestService } from "../support/service.ts";
import { refusalOf } from "../support/views.ts";

const PATH = "/api/v1/documents";
const RUNS = 500;
/** Part of every value, so that an echo in a refusal is found. */
const MARK = "Zq7Xj";

let service: TestService<never>;
beforeAll(async () => {
  service = (await startService()) as unknown as TestService<never>;
});
afterAll(() => service.stop());

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom(
    "",
    " ",
    MARK,
    `${MARK}:`,
    `${MARK}\0`,
    `${MARK}\ud800`,
    MARK.repeat(200),
    "__proto__",
    `${MARK}.csv`,
  ),
);
const FIELDS = ["title", "content", "collection", "metadata", "user_id", "media_type", "file"] as const;
/** A refusal may name a field. */
const fieldName = text.map((value) => value.replaceAll(MARK, "x"));
const name = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...FIELDS) }, fieldName);
const jsonBody = fc.oneof(
  fc
    .tuple(fc.dictionary(fc.constantFrom(...FIELDS), text, { maxKeys: 2 }), text)
    .map(([fields, content]) => Buffer.from(JSON.stringify({ title: "t", content: `a ${content}`, ...fields }))),
  fc.dictionary(name, fc.oneof(text, fc.jsonValue())).map((fields) => Buffer.from(JSON.stringify(fields))),
  fc.json().map((value) => Buffer.from(value)),
  fc.uint8Array({ maxLength: 200 }),
  fc
    .integer({ min: 1, max: 50_000 })
    .map((depth) => Buffer.from('{"title":"t","content":"c","metadata":'.padEnd(depth, "["))),
);

const part = fc
  .record({
    name,
    file: fc.option(fc.constantFrom("a.txt", "a.csv", "a.html", "a.pdf", "a.md", `${MARK}.docx`, "")),
    type: fc.option(fc.constantFrom("text/plain", "text/html; charset=utf-16", "application/pdf", "text/csv", MARK)),
    content: fc.oneof(
      text.map((value) => Buffer.from(value)),
      fc.uint8Array({ maxLength: 60 }),
      fc
        .constantFrom("%PDF-1.4", "PK\x03\x04", "a,b\n1,2\n", 'a,b\n"', "<html><table><tr>", '{"a":1}')
        .map((value) => Buffer.from(value)),
    ),
  })
  .map(({ name, file, type, content }) => {
    const safe = name.replace(/["\r\n]/g, "");
    const head = `--b\r\nContent-Disposition: form-data; name="${safe}"${file === null ? "" : `; filename="${file}"`}\r\n`;
    return Buffer.concat([
      Buffer.from(`${head}${type === null ? "" : `Content-Type: ${type}\r\n`}\r\n`),
      content,
      Buffer.from("\r\n"),
    ]);
  });
const file = Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\n\r\n# A\r\n');
const form = fc
  .tuple(fc.boolean(), fc.array(part, { maxLength: 3 }), fc.constantFrom("--b--\r\n", "--b--\r\n", "--b--", "--b", ""))
  .map(([hasFile, parts, end]) => Buffer.concat([hasFile ? file : Buffer.alloc(0), ...parts, Buffer.from(end)]));
const cut = fc
  .tuple(form, fc.nat(300), fc.uint8Array({ maxLength: 3 }))
  .map(([whole, at, noise]) => Buffer.concat([whole.subarray(0, at), noise, whole.subarray(at + 1)]));

let user = 0;
/** Sends the body for a new user and checks that the user's list then has exactly what was stored. */
const expectAnswer = async (body: Uint8Array, type: string): Promise<void> => {
  const userId = `u${user++}`;
  const response = await service.post(`${PATH}?userId=${userId}`, "", {
    body: body as Uint8Array<ArrayBuffer>,
    headers: { "content-type": type },
    signal: AbortSignal.timeout(10_000),
  });
  expect(response.status).toBeOneOf([201, 400, 413, 415, 422]);
  const isSaved = response.status === 201;
  if (!isSaved) expect(JSON.stringify(await refusalOf(response))).not.toContain(MARK);
  const list = (await (await service.get(`${PATH}?userId=${userId}`)).json()) as { documents: unknown[] };
  expect(list.documents).toHaveLength(isSaved ? 1 : 0);
};

test("any JSON is stored or plainly refused, and a refusal leaves nothing behind", async () => {
  const type = fc.constantFrom(...Array<string>(8).fill("application/json"), "text/plain", "", MARK);
  await fc.assert(fc.asyncProperty(jsonBody, type, expectAnswer), { numRuns: RUNS });
});

test("any form is stored or plainly refused, and a refusal leaves nothing behind", async () => {
  const right = "multipart/form-data; boundary=b";
  const type = fc.constantFrom(right, right, 'multipart/form-data; boundary="b"', "multipart/form-data");
  await fc.assert(fc.asyncProperty(fc.oneof(form, cut), type, expectAnswer), { numRuns: RUNS });
});
