import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { validate } from "@readme/openapi-parser";
import { ModelError } from "../../src/models/contract.ts";
import { solve, solved } from "../support/answers.ts";
import { type PublishedDocument, publishedDocument } from "../support/openapi.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";

const CONTRACTS = [
  "POST /stream/v2",
  "GET /health",
  "POST /api/v1/solve",
  "GET /api/v1/health",
  "GET /api/v1/threads",
  "GET /api/v1/threads/{threadId}",
  "DELETE /api/v1/threads/{threadId}",
  "GET /api/v1/threads/{threadId}/events",
  "GET /api/v1/threads/{threadId}/checkpoints",
  "POST /api/v1/threads/{threadId}/fork",
  "GET /api/v1/runs/{runId}",
  "POST /api/v1/runs/{runId}/cancel",
  "GET /api/v1/images/{imageId}",
  "GET /ask",
  "POST /ask",
  "POST /rag",
  "POST /api/v1/documents",
  "GET /api/v1/documents",
  "DELETE /api/v1/documents/{documentId}",
  "POST /api/v1/generate/stream",
  "POST /api/v1/generate/preview",
  "POST /api/v1/tils",
  "GET /api/v1/tils",
  "GET /api/v1/tils/{tilId}",
  "DELETE /api/v1/tils/{tilId}",
  "GET /api/v1/tags",
  "POST /api/chat/stream",
  "GET /api/chat/stream",
  "POST /api/chat/stream/init",
  "GET /api/chat/stream/{id}",
  "POST /api/chat",
];

let service: TestService<ScriptedModel>;
let published: PublishedDocument;
beforeAll(async () => {
  service = await startService();
  published = await publishedDocument(service);
});
afterAll(() => service.stop());

describe("GET /openapi.json", () => {
  test("is a valid OpenAPI 3.1 document", async () => {
    expect(published.document.openapi as unknown).toBe("3.1.0");
    const copy = structuredClone(published.document) as unknown as Parameters<typeof validate>[0];
    expect(await validate(copy)).toMatchObject({ valid: true, warnings: [] });
  });

  test("describes every endpoint of the contracts", () => {
    expect(published.endpoints).toEqual(expect.arrayContaining(CONTRACTS));
  });

  test("describes no endpoint that does not exist", async () => {
    for (const endpoint of published.endpoints) {
      const [method = "", path = ""] = endpoint.split(" ");
      const answer = await service.get(path, { method });
      expect([endpoint, await answer.text()]).not.toEqual([endpoint, expect.stringContaining("no such endpoint")]);
    }
  });

  test("distinguishes operations by their summaries, which are plain text", () => {
    const summaries = Object.values(published.document.paths ?? {})
      .flatMap((path) => Object.values(path) as { readonly summary?: string }[])
      .map(({ summary }) => summary ?? "");
    expect(summaries.length).toBe(published.endpoints.length);
    expect(new Set(summaries).size).toBe(summaries.length);
    expect(summaries.filter((summary) => /^$|`/.test(summary))).toEqual([]);
  });

  test("begins with the wires and describes itself last", () => {
    const headings = (published.document.tags as unknown as readonly { readonly name: string }[]).map(
      ({ name }) => name,
    );
    expect([headings[0], headings.at(-1)]).toEqual(["Backend adapter", "This document"]);
  });

  test("gives the body of a question an example", () => {
    expect(published.document.components?.schemas?.AskRequest?.properties?.question).toMatchObject({
      examples: ["2x + 3 = 7"],
    });
  });

  test("names its server relative to itself", () => {
    expect(published.document.servers as unknown).toEqual([{ url: "." }]);
    expect(JSON.stringify(published.document).includes(service.url)).toBe(false);
  });

  test("describes each field of a request in the words of its refusal", async () => {
    const body = published.document.components?.schemas?.NativeRequest?.properties;
    const answer = await service.post("/api/v1/solve", { problem: " ", user_id: "a:b" });
    const refused = (await published.answers("POST /api/v1/solve", answer)) as {
      readonly error: { readonly details: readonly { readonly path: string; readonly message: string }[] };
    };
    expect(refused.error.details.map(({ path }) => path)).toEqual(["/problem", "/user_id"]);
    for (const { path, message } of refused.error.details) {
      expect(message).toBe(`must be ${body?.[path.slice(1)]?.description}`);
    }
  });

  test("is not sent again to a client that has cached it", async () => {
    const etag = (await service.get("/openapi.json")).headers.get("etag") ?? "";
    const again = await service.get("/openapi.json", { headers: { "if-none-match": etag } });
    expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", etag]);
  });

  test("with AUTH_TOKEN requires the token, and says which endpoints do; the copy for the docs page is open", async () => {
    const locked = await startService({ env: { AUTH_TOKEN: "secret-token" } });
    const { document, endpoints } = await publishedDocument(locked, {
      headers: { authorization: "Bearer secret-token" },
    });
    expect((await locked.get("/docs/openapi.json")).status).toBe(200);
    expect(document.security as unknown).toEqual([{ token: [] }]);
    for (const endpoint of endpoints) {
      const [method = "", path = ""] = endpoint.split(" ");
      const operation = document.paths?.[path]?.[method.toLowerCase()];
      const isOpen = operation?.security !== undefined;
      const { status } = await locked.get(path, { method });
      expect([endpoint, status === 401]).toEqual([endpoint, !isOpen]);
      expect([endpoint, operation?.responses?.["401"] !== undefined]).toEqual([endpoint, !isOpen]);
    }
    expect(JSON.stringify(document)).not.toContain("secret-token");
    await locked.stop();
  });
});

describe("the OpenAPI document is correct", () => {
  test("about the native envelope: an answer with tools and a picture, a failure, a replay, a reset", async () => {
    const run = await solve(service, "doc", "t", "plot y = x^2");
    (await service.model.nextCall()).emit(
      { type: "reasoning", delta: "a parabola" },
      { type: "tool_call", id: "c1", name: "plot_function", input: { expressions: ["x^2"], from: -2, to: 2 } },
      { type: "finish", reason: "tool_calls", usage: { inputTokens: 1, outputTokens: 1 } },
    );
    (await service.model.nextCall()).finish("There it is.");
    published.streams("POST /api/v1/solve", await run.stream.toEnd());
    const failed = await solve(service, "doc", "t");
    (await service.model.nextCall()).fail(new ModelError("model_unavailable", "Away.", { retryable: false }));
    published.streams("POST /api/v1/solve", await failed.stream.toEnd());
    for (const after of [0, 999]) {
      const replay = await service.get(`/api/v1/threads/t/events?userId=doc&after=${after}`);
      const frames = await readSse(replay).toEnd();
      expect(frames[0]?.event).toBe(after === 0 ? "page_start" : "reset");
      published.streams("GET /api/v1/threads/{threadId}/events", frames);
    }
  });

  test("about the backend adapter: an answer and a failure", async () => {
    for (const isFine of [true, false]) {
      const response = await service.post("/stream/v2", { message: "hi", userId: "doc" });
      const call = await service.model.nextCall();
      if (isFine) call.finish("Good day.");
      else call.fail(new Error("broken"));
      const frames = await readSse(response).toEnd();
      expect(frames.at(-1)?.event).toBe(isFine ? "run.completed" : "run.failed");
      published.streams("POST /stream/v2", frames);
    }
  });

  test("about threads, checkpoints and runs, existing and missing", async () => {
    const { runId } = await solved(service, "doc2", "t");
    await solved(service, "doc2", "t2");
    const under = "/api/v1/threads";
    const get = async (endpoint: string, path: string) => published.answers(`GET ${endpoint}`, await service.get(path));
    await get(under, `${under}?userId=doc2&limit=1`);
    await get(under, `${under}?userId=doc2&limit=x`);
    await get(`${under}/{threadId}`, `${under}/t?userId=doc2`);
    await get(`${under}/{threadId}`, `${under}/none?userId=doc2`);
    await get(`${under}/{threadId}`, `${under}/t`);
    await get("/api/v1/runs/{runId}", `/api/v1/runs/${runId}?userId=doc2`);
    await get("/api/v1/health", "/api/v1/health");
    await get("/health", "/health");
    await get("/openapi.json", "/openapi.json");
    const page = await get(`${under}/{threadId}/checkpoints`, `${under}/t/checkpoints?userId=doc2`);
    const { checkpoints } = page as { readonly checkpoints: readonly { readonly checkpoint_id: string }[] };
    const checkpoint_id = checkpoints[0]?.checkpoint_id;
    const post = async (endpoint: string, path: string, body: unknown) =>
      published.answers(`POST ${endpoint}`, await service.post(path, body));
    const fork = `${under}/t/fork?userId=doc2`;
    await post(`${under}/{threadId}/fork`, fork, { checkpoint_id, thread_id: "forked" });
    await post(`${under}/{threadId}/fork`, fork, { checkpoint_id, thread_id: "forked" });
    await post(`${under}/{threadId}/fork`, fork, { checkpoint_id: "none" });
    await post(`${under}/{threadId}/fork`, fork, "{");
    await post("/api/v1/runs/{runId}/cancel", `/api/v1/runs/${runId}/cancel?userId=doc2&wait=1`, "");
    const gone = await service.get(`${under}/t?userId=doc2`, { method: "DELETE" });
    expect(gone.status).toBe(204);
    await published.answers(`DELETE ${under}/{threadId}`, gone);
  });
});
