import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ModelError } from "../../src/models/contract.ts";
import { readWriting, type WritingForm } from "../../src/models/writing.ts";
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

const limited = new ModelError("model_rate_limited", "The model's own message.", {
  retryable: false,
  cause: new Error("sk-secret"),
});

interface Case {
  readonly file: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly language?: "ko" | "en";
  /** The model's text for the note; left out when the model is not called. */
  readonly note?: readonly (string | Error)[];
  readonly rest?: Partial<Readonly<Record<WritingForm, string | Error>>>;
}

const TEXT = { input_type: "text", content: "Bun의 SQL 클라이언트는 연결 풀을 스스로 둔다." };
const ALL = {
  title: '"번의 SQL"',
  excerpt: "번은 SQL을\n할 줄 안다. 🎉",
  tags: '["typescript","Bun SQL","데이터베이스"]',
};
const NOTE = ["번은 SQL을\n", "할 줄 안다.\r\n\n", '```ts\nsql`select "1"`\n```'];
const OFF = { auto_day_number: false, auto_tags: false, auto_excerpt: false };

const cases: readonly Case[] = [
  { file: "generate-success", body: TEXT, note: NOTE, rest: ALL },
  { file: "generate-flags-off", body: { ...TEXT, ...OFF }, note: NOTE, rest: { title: "번의 SQL" } },
  { file: "generate-day-only", body: { ...TEXT, ...OFF, auto_day_number: null }, note: NOTE, rest: ALL },
  { file: "generate-excerpt-only", body: { ...TEXT, ...OFF, auto_excerpt: true }, note: NOTE, rest: ALL },
  { file: "generate-tags-only", body: { ...TEXT, ...OFF, auto_tags: true }, note: NOTE, rest: ALL },
  {
    file: "generate-file",
    body: { input_type: "file", content: "data:text/markdown;base64,IyBCdW4KClNRTC4=" },
    note: ["Bun."],
    rest: { title: "", excerpt: "", tags: "[]" },
  },
  { file: "generate-failure", body: TEXT, note: ["번은 ", limited] },
  { file: "generate-failure-ko", body: TEXT, language: "ko", note: ["번은 ", limited] },
  { file: "generate-nothing-written", body: TEXT, note: [] },
  { file: "generate-title-failed", body: TEXT, note: NOTE, rest: { ...ALL, title: limited } },
  { file: "generate-tags-failed", body: TEXT, note: NOTE, rest: { ...ALL, tags: limited } },
  { file: "generate-closed-address", body: { input_type: "url", content: "http://127.0.0.1/" } },
  { file: "generate-closed-address-ko", body: { input_type: "url", content: "http://127.0.0.1/" }, language: "ko" },
  { file: "generate-unreadable", body: { input_type: "file", content: "data:application/pdf,nothing" } },
];

describe("golden transcripts of generate", () => {
  test.each(cases.map((given, index) => ({ ...given, index })))(
    "$file is unchanged, byte for byte, and reads back as the same events",
    async ({ file, body, language = "en", note, rest, index }) => {
      system.countFrom(1_000 * index);
      const headers = { "x-user-id": `golden-${file}`, "accept-language": language };
      const til = { title: "x", content: "x", day_number: 14, tags: ["TypeScript", "데이터베이스"] };
      await service.post("/api/v1/tils", til, { headers });
      const stream = readSse(await service.post("/api/v1/generate/stream", body, { headers }));
      if (note !== undefined) {
        if (body.auto_day_number !== false) await stream.untilEvents(1);
        await play(await service.model.nextCall(), note, stream);
      }
      const forms = rest === undefined ? [] : formsOf(body);
      const calls = await Promise.all(forms.map(() => service.model.nextCall()));
      for (const call of calls) {
        const answer = rest?.[readWriting(call.request)?.form ?? "note"];
        if (answer instanceof Error) call.fail(answer);
        else call.finish(answer);
      }
      const read = await stream.toEnd();
      expectGolden(`${file}.sse`, stream.text);
      expect(stream.text).not.toContain("sk-secret");
      expect(stream.text).not.toContain("own message");
      expect(readBack(stream.text)).toEqual([...read]);
    },
  );
});

const formsOf = ({ auto_excerpt, auto_tags }: Case["body"]): readonly WritingForm[] => [
  "title",
  ...(auto_excerpt === false ? [] : (["excerpt"] as const)),
  ...(auto_tags === false ? [] : (["tags"] as const)),
];
