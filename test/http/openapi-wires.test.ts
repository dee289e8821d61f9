import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { builtinModel } from "../../src/builtin/model/index.ts";
import { type Model, ModelError } from "../../src/models/contract.ts";
import { answerFrom } from "../support/model-parts.ts";
import { type PublishedDocument, publishedDocument } from "../support/openapi.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";

const away: Model = {
  id: "away",
  check: async () => {},
  // biome-ignore lint/correctness/useYield: it never gets that far.
  answer: answerFrom(async function* () {
    throw new ModelError("model_unavailable", "Away.", { retryable: false });
  }),
};

let service: TestService<Model>;
/** The same service with a model that always fails. */
let failing: TestService<Model>;
let published: PublishedDocument;
beforeAll(async () => {
  service = await startService<Model>({ model: builtinModel() });
  failing = await startService<Model>({ store: service.store, model: away, owner: "another" });
  published = await publishedDocument(service);
});
afterAll(async () => {
  await failing.stop();
  await service.stop();
});

const streams = async (endpoint: string, response: Response): Promise<void> => {
  expect(response.status).toBe(200);
  const frames = await readSse(response).toEnd();
  expect(frames.length).toBeGreaterThan(0);
  published.streams(endpoint, frames);
};
const answers = async (endpoint: string, status: number, response: Response): Promise<unknown> => {
  expect([endpoint, response.status]).toEqual([endpoint, status]);
  return published.answers(endpoint, response);
};
const form = (fields: Record<string, string | File>): RequestInit => {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return { method: "POST", body };
};
const TEXT =
  "Bun keeps a pool of connections. A pool saves the time that opening one takes. Postgres likes few of them.";
const CSV = "부품번호,재고\nABC-12345,42\nXYZ-1,7\n";

describe("the OpenAPI document is correct", () => {
  test("about documents: submitted as text and as a file, twice, invalid, listed, deleted", async () => {
    const path = "/api/v1/documents";
    const stored = await answers(`POST ${path}`, 201, await service.post(path, { title: "Pools", content: TEXT }));
    await answers(`POST ${path}`, 200, await service.post(path, { title: "Pools", content: TEXT }));
    await answers(`POST ${path}`, 201, await service.get(path, form({ file: new File([CSV], "parts.csv") })));
    await answers(`POST ${path}`, 422, await service.get(path, form({ file: new File(["%PDF-1.7 no"], "a.pdf") })));
    await answers(`POST ${path}`, 415, await service.get(path, form({ file: new File([new Uint8Array(9)], "a.zip") })));
    await answers(`POST ${path}`, 422, await service.post(path, {}));
    await answers(`POST ${path}`, 400, await service.post(path, "{"));
    await answers(`GET ${path}`, 200, await service.get(`${path}?limit=1`));
    await answers(`GET ${path}`, 422, await service.get(`${path}?cursor=x`));
    const { id } = stored as { readonly id: string };
    for (const status of [204, 404]) {
      await answers(`DELETE ${path}/{documentId}`, status, await service.get(`${path}/${id}`, { method: "DELETE" }));
    }
  });

  test("about questions: answered, blank, failed, by POST and by GET", async () => {
    for (const house of [service, failing]) {
      await streams("POST /ask", await house.post("/ask", { question: "2x + 3 = 7" }));
      await streams("GET /ask", await house.get("/ask?question=2x%2B3%3D7"));
      await streams("POST /rag", await house.post("/rag", { question: "ABC-12345 부품의 재고는?" }));
    }
    await streams("POST /ask", await service.post("/ask", { question: " " }));
    await streams("GET /ask", await service.get("/ask"));
    await streams("POST /rag", await service.post("/rag", { question: "nothing like it", collection: "empty" }));
    await answers("POST /rag", 422, await service.post("/rag", { question: "x", k: 0 }));
    await answers("GET /ask", 422, await service.get("/ask?question=x&user_id=a:b"));
  });

  test("about the agent chat: streamed, by ticket, not streamed, failed and refused", async () => {
    const path = "/api/chat/stream";
    const message = "ABC-12345 부품의 재고는?";
    await streams(`POST ${path}`, await service.post(path, { message }));
    await streams(`GET ${path}`, await service.get(`${path}?message=${encodeURIComponent(message)}`));
    const ticket = await answers(`POST ${path}/init`, 201, await service.post(`${path}/init`, { message }));
    const { id } = ticket as { readonly id: string };
    await streams(`GET ${path}/{id}`, await service.get(`${path}/${id}`));
    await answers(`GET ${path}/{id}`, 404, await service.get(`${path}/none`));
    await answers("POST /api/chat", 200, await service.post("/api/chat", { message }));
    await streams(`POST ${path}`, await failing.post(path, { message: "hello" }));
    await answers("POST /api/chat", 502, await failing.post("/api/chat", { message: "hello" }));
    for (const endpoint of [path, `${path}/init`, "/api/chat"]) {
      await answers(`POST ${endpoint}`, 400, await service.post(endpoint, {}));
      await answers(`POST ${endpoint}`, 422, await service.post(endpoint, { message, user_id: "a:b" }));
      await answers(
        `POST ${endpoint}`,
        415,
        await service.post(endpoint, "", { headers: { "content-type": "text/plain" } }),
      );
    }
    await answers(`GET ${path}`, 400, await service.get(path));
  });

  test("about TIL generation: streamed, as a preview, from a file, failed and refused", async () => {
    const path = "/api/v1/generate";
    const body = { input_type: "text", content: TEXT };
    await streams(`POST ${path}/stream`, await service.post(`${path}/stream`, body));
    await streams(`POST ${path}/stream`, await service.get(`${path}/stream`, form({ file: new File([TEXT], "a.md") })));
    await streams(`POST ${path}/stream`, await failing.post(`${path}/stream`, body));
    await answers(`POST ${path}/preview`, 200, await service.post(`${path}/preview`, body));
    await answers(`POST ${path}/preview`, 503, await failing.post(`${path}/preview`, body));
    const local = { input_type: "url", content: "http://127.0.0.1/" };
    await streams(`POST ${path}/stream`, await service.post(`${path}/stream`, local));
    await answers(`POST ${path}/preview`, 422, await service.post(`${path}/preview`, local));
    await answers(`POST ${path}/preview`, 422, await service.post(`${path}/preview`, { input_type: "url" }));
    await answers(`POST ${path}/stream`, 422, await service.post(`${path}/stream`, {}));
  });

  test("about TILs and tags: saved, listed, read, deleted", async () => {
    const path = "/api/v1/tils";
    const til = { title: "Pools", content: TEXT, tags: ["bun", "sql"] };
    const saved = await answers(`POST ${path}`, 201, await service.post(path, til));
    const { id } = saved as { readonly id: string };
    await answers(`POST ${path}`, 422, await service.post(path, {}));
    await answers(`GET ${path}`, 200, await service.get(path));
    await answers("GET /api/v1/tags", 200, await service.get("/api/v1/tags"));
    await answers(`GET ${path}/{tilId}`, 200, await service.get(`${path}/${id}`));
    await answers(`GET ${path}/{tilId}`, 404, await service.get(`${path}/none`));
    await answers(`DELETE ${path}/{tilId}`, 204, await service.get(`${path}/${id}`, { method: "DELETE" }));
    await answers(`DELETE ${path}/{tilId}`, 404, await service.get(`${path}/${id}`, { method: "DELETE" }));
  });
});
