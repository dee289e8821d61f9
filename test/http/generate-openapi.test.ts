import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { postForm } from "../support/forms.ts";
import { type PublishedDocument, publishedDocument } from "../support/openapi.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { type WritingModel, writingModel } from "../support/writing-model.ts";

const TEXT = { input_type: "text", content: "Bun reads SQL." };

let service: TestService<WritingModel>;
let published: PublishedDocument;
beforeAll(async () => {
  service = await startService({ model: writingModel() });
  published = await publishedDocument(service);
});
afterAll(() => service.stop());

describe("the OpenAPI document is correct", () => {
  test("about generated TILs: streamed, previewed, failed and refused", async () => {
    for (const content of [TEXT.content, "data:text/plain,x"]) {
      const input_type = content.startsWith("data:") ? "file" : "text";
      const response = await service.post("/api/v1/generate/stream", { input_type, content });
      published.streams("POST /api/v1/generate/stream", await readSse(response).toEnd());
    }
    const under = "/api/v1/generate/preview";
    const preview = async (body: unknown, status: number) => {
      const response = await service.post(under, body);
      expect(response.status).toBe(status);
      await published.answers(`POST ${under}`, response);
    };
    await preview(TEXT, 200);
    await preview({ ...TEXT, auto_tags: false, auto_excerpt: false, auto_day_number: false }, 200);
    await preview({ input_type: "url", content: "http://127.0.0.1/" }, 422);
    await preview({ input_type: "url" }, 422);
    await preview("{", 400);
    const file = new File(["Bun."], "bun.txt");
    await published.answers(`POST ${under}`, await postForm(service, under, { file }));
  });

  test("about TILs and tags, existing and missing", async () => {
    const til = { title: "x", content: "x", excerpt: "x", tags: ["a", { id: null, name: "b", slug: "b" }] };
    const saved = (await published.answers("POST /api/v1/tils", await service.post("/api/v1/tils", til))) as {
      readonly id: string;
    };
    await published.answers("POST /api/v1/tils", await service.post("/api/v1/tils", { ...til, day_number: 0 }));
    const get = async (endpoint: string, path: string, method = "GET") =>
      published.answers(`${method} ${endpoint}`, await service.get(path, { method }));
    await get("/api/v1/tils", "/api/v1/tils?limit=1");
    await get("/api/v1/tils", "/api/v1/tils?limit=x");
    await get("/api/v1/tags", "/api/v1/tags");
    for (const method of ["GET", "DELETE", "GET", "DELETE"]) {
      await get("/api/v1/tils/{tilId}", `/api/v1/tils/${saved.id}`, method);
    }
  });
});
