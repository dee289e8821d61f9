import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { fetchPage } from "../../src/fetching/fetch-page.ts";
import { postForm } from "../support/forms.ts";
import { loopbackReach } from "../support/loopback-reach.ts";
import { HTML, page, pageServer, redirect } from "../support/page-server.ts";
import { lines, pdf } from "../support/pdf.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { refusalOf, threadOf } from "../support/views.ts";
import { type WritingModel, writingModel } from "../support/writing-model.ts";

let service: TestService<WritingModel>;
const reach = loopbackReach();
beforeAll(async () => {
  service = await startService({
    model: writingModel(),
    fetchPage: (url, { signal }) => fetchPage(url, { signal, reach }),
  });
});
afterAll(() => service.stop());

const STREAM = "/api/v1/generate/stream";
const PREVIEW = "/api/v1/generate/preview";

const send = (path: string, fields: Parameters<typeof postForm>[2], headers?: Record<string, string>) =>
  postForm(service, path, fields, headers);
/** The text from which the model was last asked to write a note. */
const source = () => service.model.requests.findLast(({ form }) => form === "note");

describe("a file", () => {
  const NOTES = "# 번\n\n번은 SQL을 안다.";

  test("is accepted in a form, whose flags are text", async () => {
    const file = new File([NOTES], "번.md", { type: "text/markdown" });
    const fields = { auto_day_number: "True", auto_tags: "false", auto_excerpt: "", provider: "", user_id: "former" };
    const response = await send(STREAM, { ...fields, input_type: "file", file });
    const events = await readSse(response).toEnd();
    expect(new Set(events.map(({ event }) => event))).toEqual(
      new Set(["day_number", "content_chunk", "title", "excerpt", "complete"]),
    );
    const { text, language } = source() ?? {};
    expect([text, language]).toEqual([NOTES, "ko"]);
    const thread = await threadOf(service, "former", response.headers.get("x-thread-id") ?? "");
    expect(thread.messages[0]?.content).toBe("번.md");
  });

  test("is accepted in any field of the form", async () => {
    expect((await send(PREVIEW, { upload: new File([NOTES], "notes.md") })).status).toBe(200);
    expect(source()?.text).toBe(NOTES);
  });

  test("of HTML is read as the article that it contains", async () => {
    const html =
      "<html><head><title>Bun</title></head><body><nav>Home</nav><article><h1>Bun</h1><p>Bun reads SQL and more.</p></article></body></html>";
    const response = await send(PREVIEW, { file: new File([html], "bun.html", { type: "text/html" }) });
    expect(response.status).toBe(200);
    const { text = "" } = source() ?? {};
    expect(text).toContain("Bun reads SQL and more.");
    expect(text).not.toContain("<p>");
  });

  test("of PDF is read as its text", async () => {
    const file = new File([pdf([lines("Bun reads SQL.", "It keeps a pool.")]) as Uint8Array<ArrayBuffer>], "bun.pdf", {
      type: "application/pdf",
    });
    expect((await send(PREVIEW, { file })).status).toBe(200);
    expect(source()?.text).toContain("Bun reads SQL.");
  });

  test("of CSV is read as its rows", async () => {
    const file = new File(["부품,재고\nABC-1,5\nABC-2,0\n"], "parts.csv", { type: "text/csv" });
    expect((await send(PREVIEW, { file })).status).toBe(200);
    expect(source()?.text).toBe("# parts.csv\n\n- 부품: ABC-1, 재고: 5\n- 부품: ABC-2, 재고: 0");
  });

  test("is accepted in a data: URL, base64 or percent-encoded", async () => {
    for (const content of [
      `data:text/markdown;base64,${Buffer.from(NOTES).toString("base64")}`,
      `data:text/markdown;charset=utf-8,${encodeURIComponent(NOTES)}`,
    ]) {
      expect((await service.post(PREVIEW, { input_type: "file", content })).status).toBe(200);
      expect(source()?.text).toBe(NOTES);
    }
  });

  test("that is longer than a model can read is cut, and the note says so", async () => {
    const file = new File(["word ".repeat(50_000)], "long.txt", { type: "text/plain" });
    const { content } = (await (await send(PREVIEW, { file })).json()) as { readonly content: string };
    expect(content).toBe(
      "Bun reads SQL. It keeps a pool.\n\n> The source was too long to read as a whole: this note is about its first 40,000 characters.",
    );
    const described = service.model.requests.slice(-3).map(({ form, text }) => [form, text]);
    expect(new Map(described as [string, string][])).toEqual(
      new Map(["title", "excerpt", "tags"].map((form) => [form, "Bun reads SQL. It keeps a pool."])),
    );
  });

  test("that cannot be read is reported with 422 in the caller's language", async () => {
    const file = new File(["PK\x03\x04"], "x.zip", { type: "application/zip" });
    const response = await send(PREVIEW, { file });
    expect(response.status).toBe(422);
    expect((await refusalOf(response)).code).toBe("tool_failed");
    const korean = await send(PREVIEW, { file }, { "accept-language": "ko" });
    expect((await refusalOf(korean)).message).toStartWith("읽을 수 없는 형식입니다.");
  });
});

describe("a page", () => {
  test("is fetched, and the note is written from its article", async () => {
    const html = `<html><head><title>Pools</title></head><body><nav>menu</nav><article><h1>Pools</h1>${"<p>A pool keeps connections, so that nobody waits for one to open.</p>".repeat(4)}</article></body></html>`;
    await using server = await pageServer({ "/old": redirect("/new"), "/new": page(HTML, html) });
    const url = `http://pages.example.com:${server.port}/old`;
    const response = await service.post(PREVIEW, { input_type: "url", content: ` ${url} ` });
    expect(response.status).toBe(200);
    const { text = "" } = source() ?? {};
    expect(text).toContain("A pool keeps connections");
    expect(text).not.toContain("menu");
    const thread = await threadOf(service, "default_user", response.headers.get("x-thread-id") ?? "");
    expect(thread.messages[0]?.content).toBe(url);
  });

  test("that redirects to a private address is not fetched, and the stream has an error frame", async () => {
    await using server = await pageServer({ "/": redirect("http://169.254.169.254/latest/meta-data") });
    const url = `http://pages.example.com:${server.port}/`;
    const events = await readSse(await service.post(STREAM, { input_type: "url", content: url })).toEnd();
    expect(events.at(-1)).toMatchObject({ event: "error" });
    expect(events.at(-1)?.data).toContain("Only pages on the public internet can be fetched.");
  });
});
