import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { deflateSync } from "node:zlib";
import { ModelError } from "../../src/models/contract.ts";
import { builtinEmbedding } from "../../src/models/embedding/builtin.ts";
import { lines, pdf } from "../support/pdf.ts";
import { startService, type TestService } from "../support/service.ts";
import { stubEmbedding } from "../support/stub-embedding.ts";
import { refusalOf } from "../support/views.ts";

const PATH = "/api/v1/documents";
const MIB = 1024 * 1024;

let service: TestService<never>;
let isEmbeddingAway = false;
beforeAll(async () => {
  const embedding = stubEmbedding("stub", () => {
    if (isEmbeddingAway) throw new ModelError("model_unavailable", "The model service is away.", { retryable: true });
  });
  service = (await startService({ embedding })) as unknown as TestService<never>;
});
afterAll(() => service.stop());

let users = 0;
const newUser = (): string => `user-${users++}`;

interface StoredDocument {
  readonly id: string;
  readonly title: string;
  readonly collection: string;
  readonly chunks: number;
  readonly is_new: boolean;
}
const sent = (form: FormData, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(service.url + PATH, { method: "POST", body: form, headers });
const formOf = (fields: Readonly<Record<string, string | File>>): FormData => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
};
const file = (name: string, content: string | Uint8Array, type = ""): File =>
  new File([typeof content === "string" ? content : new Uint8Array(content)], name, { type });
const listOf = async (
  user: string,
  query = "",
): Promise<{ documents: StoredDocument[]; next_cursor: string | null }> => {
  const response = await service.get(`${PATH}?userId=${user}${query}`);
  expect(response.status).toBe(200);
  return (await response.json()) as { documents: StoredDocument[]; next_cursor: string | null };
};

describe("a document as JSON", () => {
  test("is stored: 201 with its id and number of chunks, the second time 200 with the same", async () => {
    const user = newUser();
    const body = { title: "Ferries", content: "# Ferries\n\nThey sail.\n\n# Fares\n\nThey cost.", metadata: { a: 1 } };
    const first = await service.post(`${PATH}?userId=${user}`, body);
    expect(first.status).toBe(201);
    const stored = (await first.json()) as StoredDocument;
    expect(stored).toMatchObject({ title: "Ferries", collection: "default", chunks: 2, chunk_count: 2, is_new: true });
    expect(stored).toMatchObject({ document_id: stored.id, metadata: { a: 1 }, media_type: "text/plain" });
    const again = await service.post(PATH, body, { headers: { "x-user-id": user } });
    expect(again.status).toBe(200);
    expect(await again.json()).toMatchObject({ id: stored.id, is_new: false });
    expect((await listOf(user)).documents.map(({ id }) => id)).toEqual([stored.id]);
  });

  test("is a table when its title or its media type says so", async () => {
    for (const more of [{ title: "parts.csv" }, { title: "Parts", media_type: "text/csv" }]) {
      const response = await service.post(PATH, { ...more, content: "a,b\n1,2\n3,4\n", user_id: newUser() });
      expect(await response.json()).toMatchObject({ media_type: "text/csv", chunks: 2 });
    }
  });

  test("without a user belongs to default_user, and another user's is not found", async () => {
    const response = await service.post(PATH, { title: "Ours", content: "of all" });
    const { id } = (await response.json()) as StoredDocument;
    expect((await listOf("default_user")).documents.map((document) => document.id)).toContain(id);
    expect((await listOf(newUser())).documents).toEqual([]);
    expect((await service.get(`${PATH}/${id}?userId=${newUser()}`, { method: "DELETE" })).status).toBe(404);
    expect((await service.get(`${PATH}/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await service.get(`${PATH}/${id}`, { method: "DELETE" })).status).toBe(404);
  });

  const refused: readonly [string, object, string, number][] = [
    ["no title", { content: "x" }, "/title", 422],
    ["no content", { title: "x" }, "/content", 422],
    ["blank content", { title: "x", content: "  \n" }, "/content", 422],
    ["a blank title", { title: " ", content: "x" }, "/title", 422],
    ["a collection with a bell in it", { title: "x", content: "x", collection: "a\u0007" }, "/collection", 422],
    ["an empty collection", { title: "x", content: "x", collection: "" }, "/collection", 422],
    ["metadata that is a list", { title: "x", content: "x", metadata: [1] }, "/metadata", 422],
    ["metadata that is too large", { title: "x", content: "x", metadata: { a: "y".repeat(20_000) } }, "/metadata", 422],
    ["NUL in its content", { title: "x", content: "x\0" }, "/content", 422],
    ["an invalid user id", { title: "x", content: "x", user_id: "a:b" }, "/user_id", 422],
    ["ragged rows", { title: "x.csv", content: "a,b\n1\n" }, "/content", 422],
    ["the type of a picture", { title: "x", content: "x", media_type: "image/png" }, "/content", 415],
  ];
  test.each(refused)("with %s is refused", async (_, body, path, status) => {
    const response = await service.post(PATH, body);
    expect(response.status).toBe(status);
    expect((await refusalOf(response)).details[0]?.path).toBe(path);
  });

  test("that names two users is refused", async () => {
    const response = await service.post(`${PATH}?userId=a`, { title: "x", content: "x", user_id: "b" });
    expect(response.status).toBe(422);
  });
});

describe("a document as a file", () => {
  test.each([
    ["notes.txt", "A line.", "text/plain"],
    ["notes.md", "# Head\n\ntext", "text/markdown"],
    ["page.html", "<h1>Head</h1><p>text</p>", "text/html"],
    ["parts.csv", "a,b\n1,2\n", "text/csv"],
    ["book.pdf", pdf([lines("A page")]), "application/pdf"],
  ])("%s is stored as its kind", async (name, content, type) => {
    const user = newUser();
    const response = await sent(formOf({ file: file(name, content), user_id: user, collection: "c" }));
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ media_type: type, collection: "c", chunks: 1 });
    expect((await listOf(user, "&collection=c")).documents).toHaveLength(1);
    expect((await listOf(user, "&collection=other")).documents).toEqual([]);
  });

  test("has the title and the metadata that come with it", async () => {
    const form = formOf({ file: file("a.md", "# Own\n\nx"), title: "Told", metadata: '{"a":[1]}', user_id: newUser() });
    expect(await (await sent(form)).json()).toMatchObject({ title: "Told", metadata: { a: [1] } });
  });

  test("is accepted in any field, also next to an empty file input", async () => {
    const user = newUser();
    const form = formOf({ upload: file("a.md", "# Sent\n\nx"), user_id: user });
    form.append("file", new File([], ""));
    const response = await sent(form);
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ title: "Sent" });
  });

  test("belongs to the user that field, header and query name, if they agree", async () => {
    const user = newUser();
    const form = () => formOf({ file: file("a.txt", `${Math.random()}`), user_id: user });
    expect((await sent(form(), { "x-user-id": user })).status).toBe(201);
    expect((await sent(form(), { "x-user-id": "another" })).status).toBe(422);
    expect((await listOf(user)).documents).toHaveLength(1);
  });

  const refused: [string, () => FormData, number, string][] = [
    ["no file", () => formOf({ title: "x" }), 422, "/file"],
    ["the file as text", () => formOf({ file: "text" }), 422, "/file"],
    ["metadata that is no JSON", () => formOf({ file: file("a.txt", "x"), metadata: "{" }), 422, "/metadata"],
    ["metadata that is no object", () => formOf({ file: file("a.txt", "x"), metadata: "[1]" }), 422, "/metadata"],
    ["a picture", () => formOf({ file: file("a.png", "\x89PNG", "image/png") }), 415, "/file"],
    ["an archive by another name", () => formOf({ file: file("a.txt", "PK\x03\x04", "text/plain") }), 415, "/file"],
    ["binary data", () => formOf({ file: file("a.txt", "a\0b") }), 415, "/file"],
    ["an empty file", () => formOf({ file: file("a.txt", "") }), 422, "/file"],
    ["a file of blanks", () => formOf({ file: file("a.csv", " \n ") }), 422, "/file"],
    ["ragged rows", () => formOf({ file: file("a.csv", "a,b\n1,2,3\n") }), 422, "/file"],
    ["an encrypted PDF", () => formOf({ file: file("a.pdf", pdf([lines("x")], { isEncrypted: true })) }), 422, "/file"],
    ["a broken PDF", () => formOf({ file: file("a.pdf", "%PDF-1.4 no more") }), 422, "/file"],
    ["a PDF without text", () => formOf({ file: file("a.pdf", pdf([{ content: "" }])) }), 422, "/file"],
    ["more than 20 MiB", () => formOf({ file: file("a.txt", new Uint8Array(20 * MIB + 1).fill(65)) }), 413, ""],
    ["far more", () => formOf({ file: file("a.txt", new Uint8Array(150 * MIB)) }), 413, ""],
  ];
  test.each(refused)("with %s is refused, and nothing is left behind", async (_, form, status, path) => {
    const user = newUser();
    const response = await sent(form(), { "x-user-id": user });
    expect(response.status).toBe(status);
    const { message, details } = await refusalOf(response);
    expect(message).not.toBe("");
    if (path !== "") expect(details[0]?.path).toBe(path);
    expect((await listOf(user)).documents).toEqual([]);
  });

  test("in a form with two files or a repeated field is refused", async () => {
    const two = formOf({ file: file("a.txt", "x") });
    two.append("file", file("b.txt", "y"));
    expect((await sent(two)).status).toBe(422);
    const twice = formOf({ file: file("a.txt", "x"), user_id: "a" });
    twice.append("user_id", "a");
    expect((await refusalOf(await sent(twice))).details[0]?.path).toBe("/user_id");
  });

  test("with a content-encoding is refused unread", async () => {
    const response = await sent(formOf({ file: file("a.txt", "x") }), { "content-encoding": "gzip" });
    expect(response.status).toBe(415);
  });

  test("in a body that is no form is refused", async () => {
    const headers = { "content-type": "multipart/form-data; boundary=x" };
    for (const body of ["", "x", "--x\r\n\r\n", "--x\r\nContent-Disposition: form-data; name=file\r\n\r\nabc"]) {
      expect((await service.post(PATH, body, { headers })).status).toBe(400);
    }
    expect((await service.post(PATH, "x", { headers: { "content-type": "multipart/form-data" } })).status).toBe(400);
    expect((await service.post(PATH, "x", { headers: { "content-type": "text/plain" } })).status).toBe(415);
  });

  test("that expands to gigabytes is abandoned while other requests are answered, and the next one is read", async () => {
    const user = newUser();
    const operators = deflateSync(deflateSync(Buffer.from("(a) Tj ".repeat(40_000_000))));
    const bomb = sent(
      formOf({
        file: file("a.pdf", pdf([{ content: operators, filter: "[/FlateDecode/FlateDecode]" }])),
        user_id: user,
      }),
    );
    expect((await service.get("/health")).status).toBe(200);
    const response = await bomb;
    expect(response.status).toBe(413);
    expect((await listOf(user)).documents).toEqual([]);
    expect((await sent(formOf({ file: file("b.txt", "x"), user_id: user }))).status).toBe(201);
  });
});

describe("without its embedding model", () => {
  test("a document is stored for its words alone, and says so", async () => {
    const user = newUser();
    isEmbeddingAway = true;
    const response = await sent(formOf({ file: file("a.txt", "Ferries sail at noon."), user_id: user }));
    isEmbeddingAway = false;
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ chunks: 1, embedded: false, is_new: true });
    await sent(formOf({ file: file("b.txt", "Trains leave at one."), user_id: user }));
    expect((await listOf(user)).documents).toMatchObject([
      { title: "b.txt", embedded: true },
      { title: "a.txt", embedded: false },
    ]);
  });
});

describe("the list", () => {
  test("is paginated, newest first", async () => {
    const user = newUser();
    for (const name of ["one", "two", "three", "four", "five"]) {
      await service.post(`${PATH}?userId=${user}`, { title: name, content: name });
    }
    const titles: string[] = [];
    let cursor = "";
    for (let page = 0; page < 3; page++) {
      const { documents, next_cursor } = await listOf(user, `&limit=2${cursor}`);
      titles.push(...documents.map(({ title }) => title));
      cursor = `&cursor=${next_cursor}`;
      expect(next_cursor === null).toBe(page === 2);
    }
    expect(titles).toEqual(["five", "four", "three", "two", "one"]);
  });

  test.each(["limit=0", "limit=101", "limit=x", "cursor=x", "userId=a:b", "userId=a&userId=a"])(
    "refuses ?%s",
    async (query) => {
      expect((await service.get(`${PATH}?${query}`)).status).toBe(422);
    },
  );
});

test("health reports when documents are found by words alone, and stays ready", async () => {
  const { store } = service;
  const own = await startService({ store, embedding: { ...builtinEmbedding(), id: "another" } });
  const response = await own.get("/api/v1/health");
  expect(response.status).toBe(200);
  const health = (await response.json()) as { status: string; checks: { retrieval: string } };
  expect(health.status).toBe("ready");
  expect(health.checks.retrieval).toContain("yeoul reindex");
  await own.stop();
});
