import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ModelError } from "../../src/models/contract.ts";
import { ingest } from "../support/chat.ts";
import { expectGolden, readBack } from "../support/golden.ts";
import { heldTimeout } from "../support/held-sleeps.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { type TestSystem, testSystem } from "../support/test-system.ts";

let service: TestService<ScriptedModel>;
const system: TestSystem = testSystem();
const timeouts = heldTimeout(2_000, system);
beforeAll(async () => {
  service = await startService({ system: timeouts.system, env: { CHAT_TIMEOUT: "2s" } });
  system.countFrom(0);
  await ingest(service, "golden", new File(['부품,재고,단가\nABC-12345,137,"1,200원"\n'], "부품.csv"));
}, 30_000);
afterAll(() => service.stop());

interface Case {
  readonly file: string;
  readonly message: string;
  readonly user?: string;
  readonly language?: "ko" | "en";
  /** Sent by GET, whose frames have ids. */
  readonly byQuery?: true;
  readonly streamTokens?: true;
  /** The model's first deltas, one per frame. */
  readonly before?: readonly string[];
  /** How the model ends; with "never" it sends only half of its answer. */
  readonly answer: string | Error | "never";
}

const cause = new Error("upstream said: sk-secret");
const failed = (code: ModelError["code"]) =>
  new ModelError(code, "The model's own message.", { retryable: false, cause });

const cases: readonly Case[] = [
  {
    file: "chat-success",
    message: "ABC-12345 부품의 재고는?",
    user: "golden",
    answer: "재고는 137개\n\n**입니다**. 🎉\r\n",
  },
  { file: "chat-chart", message: "ABC-12345 알려줘", user: "golden", language: "ko", answer: '"표"를 보세요.' },
  { file: "chat-tokens", message: "hi", streamTokens: true, before: ['"Good"\n', "day"], answer: ". 🎉" },
  { file: "chat-by-query", message: "안녕?", byQuery: true, answer: "Good day." },
  { file: "chat-by-query-tokens", message: "hi", byQuery: true, streamTokens: true, before: ["Good "], answer: "day." },
  { file: "chat-nothing-found", message: "How many are left?", answer: "I found nothing." },
  { file: "chat-failure", message: "hi", answer: failed("model_rate_limited") },
  { file: "chat-failure-ko", message: "hi", language: "ko", answer: failed("model_rate_limited") },
  { file: "chat-provider-failure", message: "hi", answer: failed("model_unavailable") },
  { file: "chat-unexpected", message: "hi", answer: cause },
  { file: "chat-timeout", message: "hi", answer: "never" },
  { file: "chat-timeout-ko", message: "안녕?", language: "ko", answer: "never" },
];

const ask = ({ message, user, byQuery, streamTokens }: Case, init: RequestInit): Promise<Response> => {
  const body = { message, ...(user && { user_id: user }), ...(streamTokens && { stream_tokens: "true" }) };
  if (byQuery) return service.get(`/api/chat/stream?${new URLSearchParams(body)}`, init);
  return service.post("/api/chat/stream", { ...body, ...(streamTokens && { stream_tokens: true }) }, init);
};

describe("golden transcripts of chat", () => {
  test.each(cases)("$file is unchanged, byte for byte, and reads back as the same events", async (given) => {
    const { file, language = "en", answer, byQuery = false, streamTokens = false } = given;
    if (byQuery) system.countFrom(1000 + 100 * cases.indexOf(given));
    const stream = readSse(await ask(given, { headers: { "accept-language": language } }));
    const call = await service.model.nextCall();
    for (const [i, delta] of (given.before ?? []).entries()) {
      call.emit({ type: "text", delta });
      if (streamTokens) await stream.untilEvents(6 + i);
    }
    if (answer === "never") {
      call.emit({ type: "text", delta: "half of " });
      await timeouts.end();
    } else if (answer instanceof Error) call.fail(answer);
    else call.finish(answer);
    const read = await stream.toEnd();
    // A passage's score belongs to retrieval and may change.
    const shown = stream.text.replace(/"((?:confidence_)?score)":0\.\d+/g, '"$1":0.5');
    expectGolden(`${file}.sse`, shown);
    expect(stream.text).toMatch(/^:\n\n/);
    expect(stream.text).not.toMatch(byQuery ? /^event:/m : /^(?:id|event):/m);
    expect(stream.text).not.toContain("sk-secret");
    expect(stream.text).not.toContain("own message");
    expect(readBack(stream.text)).toEqual([...read]);
  });
});
