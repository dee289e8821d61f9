import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ModelError } from "../../src/models/contract.ts";
import { type AnswerFrame, answerFrames, textIn } from "../support/answer-frames.ts";
import { nativeEvents } from "../support/native-events.ts";
import type { ScriptedCall, ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { refusalOf, runOf, threadOf } from "../support/views.ts";

let service: TestService<ScriptedModel>;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

type Ask = (body: Readonly<Record<string, string>>, headers?: Record<string, string>) => Promise<Response>;
const post: Ask = (body, headers = {}) => service.post("/ask", body, { headers });
const get: Ask = (body, headers = {}) => service.get(`/ask?${new URLSearchParams(body)}`, { headers });

/** Reads an answer that the model produces through `answer`. */
const answered = async (
  request: Promise<Response>,
  answer: (call: ScriptedCall) => void = (call) => call.finish("Good day."),
): Promise<{ readonly response: Response; readonly frames: readonly AnswerFrame[]; readonly call: ScriptedCall }> => {
  const response = await request;
  const call = await service.model.nextCall();
  answer(call);
  return { response, call, frames: answerFrames(await readSse(response).toEnd()) };
};

/** Reads an answer that needs no model. */
const framesOf = async (response: Response): Promise<readonly AnswerFrame[]> => {
  expect(response.status).toBe(200);
  return answerFrames(await readSse(response).toEnd());
};

describe.each([
  ["POST", post],
  ["GET", get],
] as const)("%s /ask", (method, ask) => {
  const userId = `owner-${method}`;

  test("streams tokens and done with one trace id, which the response headers have too", async () => {
    const { response, frames } = await answered(ask({ question: "Who are you?" }));
    const trace_id = response.headers.get("x-trace-id") ?? "";
    expect(trace_id).not.toBe("");
    expect(frames).toEqual([
      { type: "token", content: "Good day.", trace_id },
      { type: "done", trace_id },
    ]);
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  });

  test.each([
    [{ "x-trace-id": 'mine"\\1' }, 'mine"\\1'],
    [{ traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" }, "0af7651916cd43dd8448eb211c80319c"],
  ])("keeps the caller's trace id of %j", async (headers, traceId) => {
    const { response, frames } = await answered(ask({ question: "hi" }, headers));
    expect(response.headers.get("x-trace-id")).toBe(traceId);
    expect(frames.map((frame) => "trace_id" in frame && frame.trace_id)).toEqual([traceId, traceId]);
  });

  test("remembers the earlier turns of a named thread, for the default user and for a named one", async () => {
    for (const user of [{}, { user_id: userId }]) {
      const thread_id = `turns:${method}`;
      await answered(ask({ question: "My name is Kim.", thread_id, ...user }));
      const { call } = await answered(ask({ question: "Who am I?", thread_id, ...user }));
      const content = call.request.messages.map((message) => message.role !== "tool" && message.content);
      expect(content).toEqual(["My name is Kim.", "Good day.", "Who am I?"]);
      const { messages } = await threadOf(service, user.user_id ?? "default_user", thread_id);
      expect(messages.map(({ content }) => content)).toEqual([
        ...["My name is Kim.", "Good day."],
        ...["Who am I?", "Good day."],
      ]);
    }
  });

  test("remembers nothing without a thread", async () => {
    await answered(ask({ question: "My name is Kim." }));
    const { call } = await answered(ask({ question: "Who am I?" }));
    expect(call.request.messages).toHaveLength(1);
  });

  test.each(["", " ", "\n\t\u3000\u00a0"])(
    "asks for a question in the stream when it is %j, and starts no run",
    async (question) => {
      const blank = await ask({ question, thread_id: `blank ${method}` }, { "accept-language": "en" });
      expect(blank.headers.get("x-trace-id")).not.toBe("");
      expect(await framesOf(blank)).toEqual([{ type: "error", message: "Please ask a question." }]);
      expect(await framesOf(await ask({ question }, { "accept-language": "ko" }))).toEqual([
        { type: "error", message: "질문을 입력해 주세요." },
      ]);
      expect((await service.get(`/api/v1/threads/blank%20${method}?userId=default_user`)).status).toBe(404);
    },
  );

  test("reports a rate limit, a provider's failure and an unexpected one with different messages, in both languages", async () => {
    const errors = [
      new ModelError("model_rate_limited", "sk-secret", { retryable: false }),
      new ModelError("model_unavailable", "sk-secret", { retryable: false }),
      new Error("sk-secret"),
    ];
    const messages = new Set<string>();
    for (const language of ["en", "ko"]) {
      for (const error of errors) {
        const { frames } = await answered(ask({ question: "hi" }, { "accept-language": language }), (call) =>
          call.fail(error),
        );
        const [frame] = frames;
        if (frame?.type !== "error") throw new Error("no error came");
        expect(frames).toHaveLength(1);
        expect(frame.message).not.toContain("sk-secret");
        expect(/[가-힣]/.test(frame.message)).toBe(language === "ko");
        messages.add(frame.message);
      }
    }
    expect(messages.size).toBe(6);
    expect(messages).toContain("The server failed.");
  });

  test("goes on when the client leaves, and the thread has the complete answer", async () => {
    const thread_id = `left:${method}`;
    const response = await ask({ question: "hi", user_id: userId, thread_id });
    const runId = response.headers.get("x-run-id") ?? "";
    const stream = readSse(response);
    const call = await service.model.nextCall();
    call.emit({ type: "text", delta: "Good " });
    await stream.until(({ data }) => data.includes("Good "));
    await stream.leave();
    const events = await service.get(`/api/v1/threads/${encodeURIComponent(thread_id)}/events?userId=${userId}`);
    call.finish("night.");
    expect(nativeEvents(await readSse(events).toEnd()).at(-1)?.type).toBe("done");
    expect((await runOf(service, userId, runId)).status).toBe("succeeded");
    expect((await threadOf(service, userId, thread_id)).messages.at(-1)?.content).toBe("Good night.");
  });

  test.each([
    ["user_id", "a:b"],
    ["user_id", ""],
    ["thread_id", ""],
    ["thread_id", "t".repeat(257)],
    ["question", "half a pair \ud800"],
    ["question", "NUL \0"],
  ])("refuses %s when it is %j", async (field, value) => {
    // A query cannot contain a lone surrogate: URL encoding replaces it.
    if (method === "GET" && !value.isWellFormed()) return;
    const response = await ask({ question: "hi", [field]: value });
    expect(response.status).toBe(422);
    expect((await refusalOf(response)).details.map(({ path }) => path)).toEqual([`/${field}`]);
  });
});

describe("a missing question", () => {
  test("counts as a blank one by GET, so that an EventSource can show the answer", async () => {
    expect(await framesOf(await service.get("/ask"))).toEqual([{ type: "error", message: "Please ask a question." }]);
  });

  test.each([
    [{}, "is required"],
    [{ question: null }, "must be text"],
    [{ question: 7 }, "must be text"],
    [{ question: ["hi"] }, "must be text"],
  ])("is refused by POST: %j", async (body, message) => {
    const response = await service.post("/ask", body);
    expect(response.status).toBe(422);
    expect((await refusalOf(response)).details).toEqual([{ path: "/question", message }]);
  });

  test("is refused by GET when there are two of them", async () => {
    const response = await service.get("/ask?question=a&question=b");
    expect(response.status).toBe(422);
    expect((await refusalOf(response)).details).toEqual([{ path: "/question", message: "must be text" }]);
  });
});

test("null means that a field is left out", async () => {
  const { response } = await answered(service.post("/ask", { question: "hi", user_id: null, thread_id: null }));
  const { messages } = await threadOf(service, "default_user", response.headers.get("x-thread-id") ?? "");
  expect(messages).toHaveLength(2);
});

test("an answer with characters that need escaping arrives unchanged", async () => {
  const content = 'a "b" \\ c\r\nd\u2028e\n\n🎉\t</script>';
  const { frames } = await answered(post({ question: "hi" }), (call) => call.finish(content));
  expect(textIn(frames)).toBe(content);
});
