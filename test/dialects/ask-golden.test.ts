import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ModelError } from "../../src/models/contract.ts";
import { expectGolden, readBack } from "../support/golden.ts";
import { play } from "../support/play.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { type TestSystem, testSystem } from "../support/test-system.ts";

let service: TestService<ScriptedModel>;
let system: TestSystem;
beforeAll(async () => {
  system = testSystem();
  service = await startService({ system });
});
afterAll(() => service.stop());

interface Case {
  readonly file: string;
  readonly question?: string;
  readonly language?: "ko" | "en";
  readonly byQuery?: true;
  /** The model's deltas, one per frame. The last one ends its answer, as a text or as the failure. */
  readonly deltas?: readonly (string | Error)[];
}

const cause = new Error("upstream said: sk-secret");
const failed = (code: "model_rate_limited" | "model_unavailable" | "model_refused") =>
  new ModelError(code, "The model's own message.", { retryable: false, cause });

const cases: readonly Case[] = [
  { file: "ask-success", question: "여울이 뭐야?", deltas: ["여울은\n\n물살이 ", "**빠른** 곳입니다. 🎉\r\n", '"끝"'] },
  { file: "ask-failure", question: "hi", deltas: ["Good ", failed("model_rate_limited")] },
  { file: "ask-failure-ko", question: "hi", language: "ko", deltas: ["Good ", failed("model_rate_limited")] },
  { file: "ask-provider-failure", question: "hi", deltas: [failed("model_unavailable")] },
  { file: "ask-provider-failure-ko", question: "hi", language: "ko", deltas: [failed("model_unavailable")] },
  { file: "ask-unexpected", question: "hi", deltas: ["Good ", cause] },
  { file: "ask-unexpected-ko", question: "hi", language: "ko", deltas: ["Good ", cause] },
  { file: "ask-blank", question: " \n\t" },
  { file: "ask-by-query-success", question: "여울 & stream?", byQuery: true, deltas: ["A stretch of ", "a stream."] },
  { file: "ask-by-query-failure", question: "hi", byQuery: true, deltas: [failed("model_refused")] },
  { file: "ask-by-query-missing", byQuery: true, language: "ko" },
];

const ask = ({ question, byQuery, language = "en" }: Case): Promise<Response> => {
  const headers = { "x-trace-id": "trace-1", "accept-language": language };
  if (byQuery !== true) return service.post("/ask", { question }, { headers });
  return service.get(question === undefined ? "/ask" : `/ask?question=${encodeURIComponent(question)}`, { headers });
};

describe("golden transcripts of ask", () => {
  test.each(cases)("$file is unchanged, byte for byte, and reads back as the same events", async (given) => {
    system.countFrom(100 * cases.indexOf(given));
    const response = await ask(given);
    expect(response.headers.get("x-trace-id")).toBe("trace-1");
    const stream = readSse(response);
    if (given.deltas !== undefined) await play(await service.model.nextCall(), given.deltas, stream);
    const read = await stream.toEnd();
    expectGolden(`${given.file}.sse`, stream.text);
    expect(stream.text).not.toContain("sk-secret");
    expect(stream.text).not.toContain("own message");
    expect(readBack(stream.text)).toEqual([...read]);
  });
});
