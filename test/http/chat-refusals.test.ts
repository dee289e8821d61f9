import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { builtinModel } from "../../src/builtin/model/index.ts";
import { realSystem } from "../../src/domain/system.ts";
import { openLogger, serviceLogger } from "../../src/logger.ts";
import { openModels } from "../../src/models/choice.ts";
import type { Model } from "../../src/models/contract.ts";
import { chatWith } from "../support/chat.ts";
import { startService, type TestService } from "../support/service.ts";

describe("models that requests choose", () => {
  let service: TestService<Model>;
  beforeAll(async () => {
    const specs = [{ provider: "builtin", model: "builtin" }] as const;
    const models = await openModels(specs, {
      providers: {},
      builtin: builtinModel,
      system: realSystem,
      logger: serviceLogger(openLogger("silent")).models,
    });
    service = await startService<Model>({ model: models.standard, models });
  });
  afterAll(() => service.stop());

  test.each(["/api/chat", "/api/chat/stream", "/api/chat/stream/init"])(
    "%s refuses one that is not configured with 422",
    async (path) => {
      const response = await service.post(path, { message: "hi", llm_config: { model: "gpt-9" } });
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({
        success: false,
        error: { code: "invalid", details: [{ path: "/llm_config/model" }] },
      });
    },
  );

  test("the configured one may be named or left out", async () => {
    for (const llm_config of [
      null,
      {},
      { model: null, temperature: null },
      { model: "builtin", temperature: 0 },
      { temperature: 2 },
    ])
      expect((await chatWith(service, "hi", { llm_config })).content).toContain("Hello");
  });

  test.each([[{ temperature: 2.1 }], [{ temperature: -1 }], [{ temperature: "1" }], [{ model: "" }], [[]], ["gpt"]])(
    "llm_config %j is refused with 422",
    async (llm_config) => {
      const response = await service.post("/api/chat", { message: "hi", llm_config });
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({ success: false, error: { details: [{ path: "/llm_config" }] } });
    },
  );
});

describe("an invalid question", () => {
  let service: TestService<Model>;
  beforeAll(async () => {
    service = await startService<Model>({ model: builtinModel() });
  });
  afterAll(() => service.stop());

  const NONE = { success: false, error: expect.stringContaining("message") };
  test.each([
    [{}],
    [{ message: null }],
    [{ message: "" }],
    [{ message: " \n" }],
    [{ message: 7 }],
    [{ message: ["hi"] }],
  ])("%j: 400, in the contract's format, at every endpoint", async (body) => {
    for (const path of ["/api/chat", "/api/chat/stream", "/api/chat/stream/init"]) {
      const response = await service.post(path, body);
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual(NONE);
    }
  });

  test("a query without a message, or with a blank one, is refused", async () => {
    for (const path of ["/api/chat/stream", "/api/chat/stream?message=", "/api/chat/stream?message=%20&user_id=u"]) {
      const response = await service.get(path);
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual(NONE);
    }
  });

  test("null counts as left out in every other field", async () => {
    const rest = { user_id: null, conversation_id: null, custom_prompt: null, llm_config: null };
    expect((await chatWith(service, "안녕?", rest)).content).toContain("안녕하세요");
  });

  test("other invalid fields are named with 422", async () => {
    for (const [field, value] of Object.entries({
      user_id: "a:b",
      conversation_id: 7,
      custom_prompt: {},
      message: "\0x",
    })) {
      const response = await service.post("/api/chat", { message: "hi", [field]: value });
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({ success: false, error: { details: [{ path: `/${field}` }] } });
    }
  });

  test("any text is answered: emoji, right-to-left, 2,000 lines", async () => {
    for (const message of [
      "🧮👩‍👩‍👧‍👦 재고 🇰🇷?",
      "كم المخزون؟",
      "e\u0301 ".repeat(2_000),
      "재고는?\n".repeat(2_000),
      "\u{10FFFF}",
    ]) {
      expect((await chatWith(service, message)).content).not.toBe("");
    }
  });

  test("any body gets an answer or a plain refusal, never a 5xx", async () => {
    const names = ["message", "user_id", "conversation_id", "custom_prompt", "llm_config"];
    const odd = fc.oneof(
      fc.string({ unit: "binary", maxLength: 20 }),
      fc.jsonValue(),
      fc.constantFrom(null, "", "hi", "\ud800", {}, []),
    );
    const fields = fc
      .dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), odd, { maxKeys: 6 })
      .map((body) => JSON.stringify(body));
    const body = fc.oneof(fields, fc.json(), fc.string(), fc.constantFrom("", "null", "[]", "{", "[".repeat(20_000)));
    const path = fc.constantFrom("/api/chat", "/api/chat/stream", "/api/chat/stream/init");
    await fc.assert(
      fc.asyncProperty(body, path, async (body, where) => {
        const response = await service.post(where, body, { signal: AbortSignal.timeout(5_000) });
        const answer = await response.text();
        if (response.status === 200) return expect(answer).toMatch(/"type":"final"|"success":true/);
        if (response.status === 201) return expect(answer).toMatch(/^\{"id":"[\w.-]+"\}$/);
        expect(response.status).toBeOneOf([400, 413, 415, 422]);
        expect(JSON.parse(answer)).toMatchObject({ success: false });
      }),
      { numRuns: 500 },
    );
  }, 30_000);
});
