import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ModelError } from "../../src/models/contract.ts";
import type { Found } from "../../src/store/documents/contract.ts";
import { expectGolden, readBack } from "../support/golden.ts";
import { memoryStore } from "../support/pglite.ts";
import { play } from "../support/play.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { passage } from "../support/stub-retrieval.ts";
import { testSystem } from "../support/test-system.ts";

const found = (content: string, given: Parameters<typeof passage>[1] = {}): Found => ({
  ...passage(content, given),
  ordinal: 0,
  lexical: { rank: 1, score: 1 },
  vector: null,
});

const POLICY = [
  found("병가는 한 해 10일까지 유급이다.\n이틀 이하는 진단서 없이 쓴다.", {
    title: "휴가 규정",
    metadata: { team: "인사", page: 3 },
    score: 0.75,
  }),
  found(`${"가".repeat(197)}🎉👨‍👩‍👧 뒤`, { documentId: "d2", title: '"긴" 글' }),
];

/** What the store finds, by the question. */
const FOUND: Readonly<Record<string, readonly Found[]>> = { "병가는 며칠?": POLICY, "How long?": POLICY.slice(0, 1) };

let service: TestService<ScriptedModel>;
beforeAll(async () => {
  const system = testSystem();
  const store = await memoryStore(system);
  const search: typeof store.documents.search = async (_user, { text }) => {
    if (text === "outage") throw new Error("sk-secret");
    return FOUND[text] ?? [];
  };
  service = await startService({ system, store: { ...store, documents: { ...store.documents, search } } });
});
afterAll(async () => {
  await service.stop();
  await service.store.close();
});

const limited = new ModelError("model_rate_limited", "The model's own message.", { retryable: false });

interface Case {
  readonly file: string;
  readonly question: string;
  readonly language?: "ko" | "en";
  readonly deltas?: readonly (string | Error)[];
}
const cases: readonly Case[] = [
  { file: "rag-success", question: "병가는 며칠?", deltas: ["10일까지 유급입니다 ", "[1]."] },
  { file: "rag-failure", question: "How long?", deltas: ["Ten days", limited] },
  { file: "rag-failure-ko", question: "병가는 며칠?", language: "ko", deltas: [limited] },
  { file: "rag-nothing-found", question: "Why is the moon round?" },
  { file: "rag-nothing-found-ko", question: "달은 왜 둥글어?" },
  { file: "rag-search-failed", question: "outage" },
  { file: "rag-blank", question: " ", language: "ko" },
];

describe("golden transcripts of rag", () => {
  test.each(cases)("$file is unchanged, byte for byte, and reads back as the same events", async (given) => {
    const headers = { "x-trace-id": "trace-1", "accept-language": given.language ?? "en" };
    const stream = readSse(await service.post("/rag", { question: given.question }, { headers }));
    if (given.deltas !== undefined) {
      await stream.untilEvents(1);
      await play(await service.model.nextCall(), given.deltas, stream);
    }
    const read = await stream.toEnd();
    expectGolden(`${given.file}.sse`, stream.text);
    expect(stream.text).not.toContain("sk-secret");
    expect(stream.text).not.toContain("own message");
    expect(readBack(stream.text)).toEqual([...read]);
  });
});
