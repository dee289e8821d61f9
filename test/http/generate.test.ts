import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { openLogger, serviceLogger } from "../../src/logger.ts";
import { ModelError } from "../../src/models/contract.ts";
import { withRetry } from "../../src/models/retry.ts";
import type { WritingForm } from "../../src/models/writing.ts";
import { fastSystem } from "../support/fast-system.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { refusalOf, threadOf } from "../support/views.ts";
import { type WritingModel, writingModel } from "../support/writing-model.ts";

/** What the model writes for each output form, where that is not the default. */
let answers: Partial<Record<WritingForm, string | Error>> = {};
let service: TestService<WritingModel>;
beforeAll(async () => {
  const model = writingModel((form) => answers[form]);
  service = await startService({ model });
});
afterEach(() => {
  answers = {};
});
afterAll(() => service.stop());

const STREAM = "/api/v1/generate/stream";
const PREVIEW = "/api/v1/generate/preview";
const TEXT = { input_type: "text", content: "Bun reads SQL." };

interface Preview {
  readonly [name: string]: unknown;
}
const preview = async (body: unknown, userId: string): Promise<Preview> => {
  const response = await service.post(PREVIEW, body, { headers: { "x-user-id": userId } });
  expect(response.status).toBe(200);
  return (await response.json()) as Preview;
};
const save = (userId: string, til: object) =>
  service.post("/api/v1/tils", { title: "x", content: "x", ...til }, { headers: { "x-user-id": userId } });

describe("a preview", () => {
  test("returns the whole note in one response and saves nothing", async () => {
    const userId = "previewer";
    await save(userId, { day_number: 14, tags: ["Bun", "unrelated"] });
    const answer = await preview(TEXT, userId);
    expect(answer).toEqual({
      title: "Bun reads SQL",
      slug: "bun-reads-sql",
      day_number: 15,
      excerpt: "Bun reads SQL and keeps a pool.",
      content: "Bun reads SQL. It keeps a pool.",
      suggested_tag_ids: [expect.any(String)],
      suggested_tags: [
        { id: expect.any(String), name: "Bun", slug: "bun", is_new: false },
        { id: null, name: "sql", slug: "sql", is_new: true },
      ],
    });
    expect(await preview(TEXT, userId)).toEqual(answer);
  });

  test("has null for parts that were not requested", async () => {
    const off = { auto_day_number: false, auto_tags: false, auto_excerpt: false };
    expect(await preview({ ...TEXT, ...off }, "off")).toMatchObject({
      day_number: null,
      excerpt: null,
      suggested_tag_ids: [],
      suggested_tags: [],
    });
  });

  test("offers the user's tags to the model, the most used first, and no other user's", async () => {
    await save("tagged", { tags: ["rare", "often"] });
    await save("tagged", { tags: ["often"] });
    await preview(TEXT, "tagged");
    expect(service.model.requests.findLast(({ form }) => form === "tags")?.knownTags).toEqual(["often", "rare"]);
  });

  test("gives the model the first 2,000 characters for the title and 3,000 for the excerpt", async () => {
    answers = { note: "🎉".repeat(4_000) };
    await preview(TEXT, "long");
    const lengths = Object.fromEntries(service.model.requests.map(({ form, text }) => [form, [...text].length]));
    expect(lengths).toMatchObject({ title: 2_000, excerpt: 3_000 });
  });

  test("has the headers that lead to its run, and the thread shows its input", async () => {
    const response = await service.post(PREVIEW, { ...TEXT, content: "word ".repeat(1_000) });
    await response.text();
    const threadId = response.headers.get("x-thread-id") ?? "";
    const { messages } = await threadOf(service, "default_user", threadId);
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
    expect(messages[0]?.content).toBe(`${"word ".repeat(400)}…`);
    expect(messages[1]?.content).toBe("Bun reads SQL. It keeps a pool.");
  });

  test.each([
    ["model_rate_limited", 429, "5"],
    ["model_unavailable", 503, "5"],
    ["model_refused", 502, null],
  ] as const)("of which the model fails with %p is answered with %p", async (code, status, retryAfter) => {
    answers = { excerpt: new ModelError(code, "sk-secret", { retryable: false }) };
    const response = await service.post(PREVIEW, TEXT, { headers: { "accept-language": "ko" } });
    expect([response.status, response.headers.get("retry-after")]).toEqual([status, retryAfter]);
    const error = await refusalOf(response);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/^모델/);
  });

  test("that takes too long gets 504", async () => {
    const model = { ...writingModel(), answer: () => new Promise<never>(() => {}) };
    const local = await startService({ model, env: { RUN_TIMEOUT: "200ms" } });
    const response = await local.post(PREVIEW, TEXT);
    expect([response.status, (await refusalOf(response)).code]).toEqual([504, "timeout"]);
    await local.stop();
  });
});

describe("day numbers", () => {
  test("are the user's highest day number plus one", async () => {
    const day = async (userId: string) => (await preview(TEXT, userId)).day_number;
    expect(await day("counter")).toBe(1);
    await save("counter", { day_number: 41 });
    expect([await day("counter"), await day("other-counter")]).toEqual([42, 1]);
  });

  test("are assigned without a race when twenty notes are saved at once", async () => {
    const saved = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const response = await save("racer", {});
        return (await response.json()) as { readonly day_number: number; readonly slug: string };
      }),
    );
    expect(new Set(saved.map(({ slug }) => slug)).size).toBe(20);
    expect(saved.map(({ day_number }) => day_number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, at) => at + 1),
    );
  });
});

test("each model call with a transient failure is retried, and each retry is logged with its run", async () => {
  const retries: (string | undefined)[] = [];
  let failures = 0;
  const writer = writingModel();
  const flaky = {
    ...writer,
    answer: (...given: Parameters<typeof writer.answer>) => {
      // Every second call fails before its first word.
      if (failures++ % 2 === 0) throw new ModelError("model_unavailable", "away", { retryable: true });
      return writer.answer(...given);
    },
  };
  const log = serviceLogger(openLogger("silent"));
  const model = withRetry(flaky, {
    system: fastSystem(),
    logger: { ...log.models, retry: ({ runId }) => void retries.push(runId) },
  });
  const local = await startService({ model });
  const response = await local.post(STREAM, TEXT);
  const events = await readSse(response).toEnd();
  expect(events.at(-1)?.event).toBe("complete");
  expect(retries.length).toBeGreaterThanOrEqual(4);
  expect(new Set(retries)).toEqual(new Set([response.headers.get("x-run-id") ?? "none"]));
  await local.stop();
});
