import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { scriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { threadOf } from "../support/views.ts";

let service: TestService<ReturnType<typeof scriptedModel>>;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const deltas = (events: readonly { event?: string | undefined; data: string }[]) =>
  events.filter(({ event }) => event === "llm.token.delta").map(({ data }) => JSON.parse(data).delta);

describe("POST /stream/v2", () => {
  test("streams deltas as the model sends them, then completes once the turn is stored", async () => {
    const response = await service.post("/stream/v2", { message: "hello", userId: "u1", threadId: "t1" });
    expect(response.status).toBe(200);
    const stream = readSse(response);
    const call = await service.model.nextCall();
    call.emit({ type: "text", delta: "Good " });
    await stream.until(({ event }) => event === "llm.token.delta");
    expect(stream.events.map(({ data }) => data)).toEqual(['{"delta":"Good ","thread_id":"t1"}']);
    call.finish("day.");
    const events = await stream.toEnd();
    expect(deltas(events).join("")).toBe("Good day.");
    expect(events.at(-1)).toMatchObject({ event: "run.completed", data: '{"thread_id":"t1"}' });
    const { messages } = await threadOf(service, "u1", "t1");
    expect(messages.map(({ role, content }) => [role, content])).toEqual([
      ["user", "hello"],
      ["assistant", "Good day."],
    ]);
  });

  test("a body full of nulls is accepted, and the server creates the thread id", async () => {
    const body = { message: "hi", userId: "u1", threadId: null, filesUrl: null, chosenFeatures: null };
    const response = await service.post("/stream/v2", {
      ...body,
      streamTokens: null,
      agentConfig: null,
      authToken: null,
    });
    (await service.model.nextCall()).finish("hi");
    const events = await readSse(response).toEnd();
    expect(JSON.parse(events.at(-1)?.data ?? "").thread_id).toBe(response.headers.get("x-thread-id"));
  });

  test("without streamTokens the answer is one delta at the end", async () => {
    const response = await service.post("/stream/v2", { message: "hi", userId: "u1", streamTokens: false });
    const call = await service.model.nextCall();
    call.emit({ type: "text", delta: "one " }, { type: "text", delta: "two " });
    call.finish("three");
    expect(deltas(await readSse(response).toEnd())).toEqual(["one two three"]);
  });

  test("a turn continues the conversation, and another user's thread with the same id is separate", async () => {
    const ask = async (userId: string, message: string, answer: string) => {
      const response = await service.post("/stream/v2", { message, userId, threadId: "shared" });
      const call = await service.model.nextCall();
      call.finish(answer);
      await readSse(response).toEnd();
      return call.request.messages.map(({ role, ...rest }) => [role, "content" in rest ? rest.content : ""]);
    };
    await ask("anna", "my cat is Tom", "noted");
    expect(await ask("anna", "who is my cat?", "Tom")).toEqual([
      ["user", "my cat is Tom"],
      ["assistant", "noted"],
      ["user", "who is my cat?"],
    ]);
    expect(await ask("ben", "who is my cat?", "no idea")).toEqual([["user", "who is my cat?"]]);
  });
});
