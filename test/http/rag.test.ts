import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { builtinModel } from "../../src/builtin/model/index.ts";
import type { Model } from "../../src/models/contract.ts";
import { readPassages } from "../../src/models/passages.ts";
import { type AnswerFrame, answerFrames, textIn } from "../support/answer-frames.ts";
import { nativeEvents, payloadsOf } from "../support/native-events.ts";
import { type ScriptedModel, scriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { refusalOf, threadOf } from "../support/views.ts";

const FIXTURES = join(import.meta.dir, "../fixtures/retrieval");

let service: TestService<Model>;
let scripted: TestService<ScriptedModel>;
beforeAll(async () => {
  service = await startService<Model>({ model: builtinModel() });
  scripted = await startService({ store: service.store, model: scriptedModel(), owner: "another" });
  for (const file of ["ko/leave-policy.md", "ko/parts.csv"]) await upload(file);
});
afterAll(async () => {
  await scripted.stop();
  await service.stop();
});

const upload = async (file: string, fields: Record<string, string> = {}): Promise<void> => {
  const form = new FormData();
  form.set("file", new File([readFileSync(join(FIXTURES, file))], file.slice(file.indexOf("/") + 1)));
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const response = await fetch(`${service.url}/api/v1/documents`, { method: "POST", body: form });
  expect(response.status).toBe(201);
};

const rag = async (body: Record<string, unknown>, headers: Record<string, string> = {}) => {
  const response = await service.post("/rag", body, { headers });
  expect(response.status).toBe(200);
  return answerFrames(await readSse(response).toEnd());
};

const sourcesIn = ([first]: readonly AnswerFrame[]) => {
  if (first?.type !== "sources") throw new Error("the first frame tells no sources");
  return first.data;
};

describe("POST /rag", () => {
  test("sends its sources first, then answers from them, then sends done", async () => {
    const frames = await rag({ question: "병가는 며칠까지 유급인가요?" });
    const [best, ...others] = sourcesIn(frames);
    expect(best?.content).toStartWith("## 2. 병가\n\n병가는 한 해 10일까지 유급이다.");
    expect(best?.content).toHaveLength(200);
    expect(best?.metadata).toMatchObject({ title: "휴가 운영 규정" });
    expect(best?.metadata.document_id).toBeString();
    expect(best?.metadata.score).toBeWithin(0.2, 1);
    expect(others).toHaveLength(2);
    expect(textIn(frames)).toContain("> 병가는 한 해 10일까지 유급이다. [1]");
    expect(frames.map(({ type }) => type).filter((type) => type !== "token")).toEqual(["sources", "done"]);
  });

  test("reads the rows of a table", async () => {
    const frames = await rag({ question: "ABC-12345 부품의 재고는?", k: 1 });
    expect(sourcesIn(frames)).toHaveLength(1);
    expect(textIn(frames)).toContain("재고: 137");
  });

  test("says so when it finds nothing, as in an empty collection", async () => {
    for (const language of ["en", "ko"]) {
      const question = language === "ko" ? "병가는?" : "How long is sick leave?";
      const frames = await rag({ question, collection: "empty" });
      expect(sourcesIn(frames)).toEqual([]);
      expect(textIn(frames)).toMatch(language === "ko" ? /찾지 못했/ : /^Nothing in your documents answers this/);
    }
  });

  test("searches one user's documents, in one collection", async () => {
    await upload("en/leave-policy.md", { user_id: "kim", collection: "hr" });
    const question = "How many days of sick leave?";
    expect(sourcesIn(await rag({ question, user_id: "kim", collection: "hr" }))).not.toEqual([]);
    expect(sourcesIn(await rag({ question, collection: "hr" }, { "x-user-id": "kim" }))).not.toEqual([]);
    expect(sourcesIn(await rag({ question, user_id: "kim" }))).toEqual([]);
    expect(sourcesIn(await rag({ question, user_id: "lee", collection: "hr" }))).toEqual([]);
    const two = await service.post("/rag", { question, user_id: "lee" }, { headers: { "x-user-id": "kim" } });
    expect(two.status).toBe(422);
  });

  test("remembers the earlier turns of a thread, without their passages", async () => {
    const body = { user_id: "default_user", thread_id: "rag turns" };
    const frames: (readonly AnswerFrame[])[] = [];
    for (const question of ["병가는 며칠까지 유급인가요?", "그럼 무급은?"]) {
      const response = await scripted.post("/rag", { question, ...body });
      const call = await scripted.model.nextCall();
      const contents = call.request.messages.map((message) => (message.role === "tool" ? "" : message.content));
      expect(contents.slice(0, -1)).toEqual(frames.length === 0 ? [] : ["병가는 며칠까지 유급인가요?", "답 [1]"]);
      expect(readPassages(contents.at(-1) ?? "")?.question).toBe(question);
      call.finish("답 [1]");
      frames.push(answerFrames(await readSse(response).toEnd()));
    }
    const { messages } = await threadOf(scripted, "default_user", "rag turns");
    expect(messages.map(({ content }) => content)).toEqual([
      ...["병가는 며칠까지 유급인가요?", "답 [1]"],
      ...["그럼 무급은?", "답 [1]"],
    ]);
  });

  test("goes on when the client leaves: the thread has the answer, and its events the complete passages", async () => {
    const body = { question: "병가는 며칠까지 유급인가요?", thread_id: "rag left" };
    const stream = readSse(await scripted.post("/rag", body));
    await stream.untilEvents(1);
    const call = await scripted.model.nextCall();
    await stream.leave();
    const events = readSse(await scripted.get("/api/v1/threads/rag%20left/events?userId=default_user"));
    call.finish("열흘 [1]");
    const native = nativeEvents(await events.toEnd());
    expect(native.at(-1)?.type).toBe("done");
    expect(payloadsOf(native, "sources")[0]?.items[0]?.content.length).toBeGreaterThan(200);
    expect((await threadOf(scripted, "default_user", "rag left")).messages.at(-1)?.content).toBe("열흘 [1]");
  });

  test.each([
    ["k", "3"],
    ["k", 0],
    ["k", -1],
    ["k", 21],
    ["k", 1e9],
    ["k", 2.5],
    ["k", [3]],
    ["k", {}],
    ["k", true],
    ["collection", ""],
    ["collection", 7],
    ["collection", "a\nb"],
    ["collection", "a\0"],
    ["collection", "\ud800"],
    ["collection", "c".repeat(129)],
    ["question", undefined],
    ["question", null],
    ["question", 7],
    ["user_id", "a:b"],
    ["thread_id", ""],
  ])("refuses %s when it is %j, naming the field", async (field, value) => {
    const response = await service.post("/rag", { question: "병가는?", [field]: value });
    expect(response.status).toBe(422);
    expect((await refusalOf(response)).details.map(({ path }) => path)).toEqual([`/${field}`]);
  });

  test("accepts null for everything that has a default, and up to 20 passages", async () => {
    const nothing = { k: null, collection: null, user_id: null, thread_id: null };
    expect(sourcesIn(await rag({ question: "병가는 며칠?", ...nothing }))).toHaveLength(3);
    expect(sourcesIn(await rag({ question: "병가는 며칠?", k: 20 })).length).toBeGreaterThan(3);
  });

  test("asks for a question in the stream when the question is blank", async () => {
    expect(await rag({ question: " \n" })).toEqual([{ type: "error", message: "Please ask a question." }]);
  });

  test("answers a question of 300,000 characters, and one that has only symbols", async () => {
    for (const question of [
      "병가 ".repeat(250_000).slice(0, 300_000),
      '"*:&|!<->()\\',
      "%%%",
      "'; drop table x; --",
      "🎉",
    ]) {
      expect((await rag({ question })).at(-1)?.type).toBe("done");
    }
  });
});
