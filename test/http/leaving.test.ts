import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import pino from "pino";
import { serviceLogger } from "../../src/logger.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { runOf } from "../support/views.ts";

let lines: { readonly level: number; readonly msg: string }[] = [];
let service: TestService<ScriptedModel>;
beforeAll(async () => {
  const write = (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[number]);
  service = await startService({ logger: serviceLogger(pino({ level: "debug" }, { write })) });
});
afterAll(() => service.stop());

const ERROR = 50;
const errors = () => lines.filter(({ level }) => level >= ERROR);
/** Resolves once the user's newest run has ended. */
const ended = async (userId: string): Promise<void> => {
  const { threads } = (await (await service.get(`/api/v1/threads?userId=${userId}`)).json()) as {
    threads: { thread_id: string }[];
  };
  const response = await service.get(`/api/v1/threads/${threads[0]?.thread_id}/events?userId=${userId}`);
  await readSse(response).toEnd();
};

describe("a client that leaves", () => {
  test.each([
    ["POST", "/api/chat", { message: "hi", user_id: "POST /api/chat" }],
    [
      "POST",
      "/api/v1/generate/preview",
      {
        ...{ input_type: "text", content: "hi", user_id: "POST /api/v1/generate/preview" },
        ...{ auto_tags: false, auto_excerpt: false, auto_day_number: false },
      },
    ],
    ["POST", "/ask", { question: "hi", user_id: "POST /ask" }],
    ["POST", "/api/v1/solve", { problem: "hi", user_id: "POST /api/v1/solve" }],
  ])("of %s %s before its answer logs no error", async (method, path, body) => {
    lines = [];
    const user = `${method} ${path}`;
    const leaving = new AbortController();
    const request = service.post(path, body, { signal: leaving.signal });
    const call = await service.model.nextCall();
    const gone = request.then((response) => response.text()).catch(() => "gone");
    leaving.abort();
    await gone;
    // The service has noticed once it answers a later request.
    await service.get("/health");
    call.finish("Good day.");
    // A note's title is a separate model call.
    if (path.endsWith("preview")) (await service.model.nextCall()).finish("Day");
    await ended(encodeURIComponent(user));
    expect(errors()).toEqual([]);
  });

  test("of a cancel that waits logs no error either", async () => {
    lines = [];
    const response = await service.post("/ask", { question: "hi", user_id: "waiter" });
    const runId = response.headers.get("x-run-id") ?? "";
    await service.model.nextCall();
    const leaving = new AbortController();
    const cancelling = service.post(`/api/v1/runs/${runId}/cancel?wait=1&userId=waiter`, "", {
      signal: leaving.signal,
    });
    leaving.abort();
    await cancelling.catch(() => {});
    await service.post(`/api/v1/runs/${runId}/cancel?wait=1&userId=waiter`, "");
    expect((await runOf(service, "waiter", runId)).status).toBe("cancelled");
    expect(errors()).toEqual([]);
  });
});
