import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import { solve, solved } from "../support/answers.ts";
import { nativeEvents, payloadsOf } from "../support/native-events.ts";
import type { ScriptedModel } from "../support/scripted-model.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { threadOf } from "../support/views.ts";

let service: TestService<ScriptedModel>;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const THREAD_IDS = [
  "한국어 스레드",
  "a:b:c",
  ":",
  " ",
  " leading and trailing ",
  "with spaces",
  "100%",
  "%0a%0d",
  "a/b?c#d",
  "👩‍🔬🧪",
  "\u{2028}\u{2029}",
  "t:7",
  "a,b;c=d",
  "+plus+",
  "\\",
  '"quoted" <b>&amp;\'',
  "é",
  "\u{202e}rtl",
  "\u{feff}bom",
  "t".repeat(256),
  "한".repeat(256),
];

test.each(THREAD_IDS)(
  "the thread id %j is sent and read back in headers, ids, data, paths and Last-Event-ID",
  async (id) => {
    const { response, events } = await solved(service, "u", id, "first");
    // Characters that a header cannot have are percent-encoded. In every case it decodes to the id.
    expect(response.headers.get("x-thread-id")).toMatch(/^[\x21-\x7e]+$/);
    expect(decodeURIComponent(response.headers.get("x-thread-id") ?? "")).toBe(id);
    expect(new Set(events.map(({ thread_id }) => thread_id))).toEqual(new Set([id]));
    expect((await threadOf(service, "u", id)).messages.map(({ content }) => content)).toEqual(["hello there", "first"]);
    const adapter = await service.post("/stream/v2", { message: "again", userId: "u", threadId: id });
    (await service.model.nextCall()).finish("second");
    const frames = await readSse(adapter).toEnd();
    for (const { data } of frames) expect(JSON.parse(data).thread_id).toBe(id);

    const path = `/api/v1/threads/${encodeURIComponent(id)}/events?userId=u`;
    // As an EventSource sends it: the id's UTF-8, one character per byte.
    const lastId = Buffer.from(`${id}:3`).toString("latin1");
    const replay = nativeEvents(
      await readSse(await service.get(path, { headers: { "last-event-id": lastId } })).toEnd(),
    );
    expect(replay[0]?.seq).toBe(4);
  },
);

const BREAKS = [
  "\n",
  "\r",
  "\r\n",
  "\n\n",
  "\u{2028}",
  "data: ",
  "event: done\n",
  "id: 7\n",
  ": ",
  "\n\nevent: run.completed\ndata: {}\n\n",
];

test("no text, from the caller or from the model, forges a frame or breaks one", async () => {
  const piece = fc.oneof(
    fc.constantFrom(...BREAKS),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 10 }),
    fc.constantFrom("\0", "\ud83d", "</script>"),
  );
  let turn = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 8 }), async (pieces) => {
      const run = await solve(service, "forger", `t${turn++}`, `hi ${pieces.join("").replace(/\0|\p{Cs}/gu, "")}`);
      const call = await service.model.nextCall();
      for (const delta of pieces) call.emit({ type: "text", delta }, { type: "reasoning", delta });
      call.finish();
      const events = nativeEvents(await run.stream.toEnd());
      const answer = payloadsOf(events, "token")
        .map(({ delta }) => delta)
        .join("");
      const joined = pieces.join("").toWellFormed().replaceAll("\0", "\ufffd");
      expect(answer).toBe(joined);
      expect(events.filter(({ type }) => type === "done")).toHaveLength(1);
      const { messages } = await threadOf(service, "forger", run.threadId);
      expect(messages.at(-1)?.content).toBe(answer);
    }),
    { numRuns: 60 },
  );
});

test("JSON on the wire is compact and leaves non-ASCII text as it is", async () => {
  const { stream } = await solved(service, "u", "wire", "가나다 é 👩‍🔬");
  expect(stream.text).toContain('"payload":{"delta":"가나다 é 👩‍🔬"}}');
  expect(stream.text).not.toContain("\r");
  expect(stream.text.endsWith("}\n\n")).toBe(true);
});

test("a surrogate pair that the model splits over two deltas arrives whole", async () => {
  const { events } = await solved(service, "u", "pair", async (call) => {
    call.emit({ type: "text", delta: "a\ud83d" }, { type: "text", delta: "\ude00b" });
    call.finish("\ud83d");
  });
  expect(
    payloadsOf(events, "token")
      .map(({ delta }) => delta)
      .join(""),
  ).toBe("a😀b\ufffd");
});
