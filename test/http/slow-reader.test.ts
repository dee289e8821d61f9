import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Model } from "../../src/models/contract.ts";
import { solve } from "../support/answers.ts";
import { answerFrom } from "../support/model-parts.ts";
import { nativeEvents, payloadsOf, range, seqs } from "../support/native-events.ts";
import { startService, type TestService } from "../support/service.ts";
import { readSse } from "../support/sse.ts";
import { runOf, threadOf } from "../support/views.ts";
import { tap, type WireTap } from "../support/wire-tap.ts";

const MIB = 1024 * 1024;
/** As much as an answer may have: nearly 1 Mi characters of text and nearly twice that of reasoning. */
const TEXTS = 250;
const THOUGHTS = 500;
/** Three bytes per character. */
const chunkAt = (n: number): string => `${n} `.padEnd(4096, "가나");
const ANSWER = range(1, TEXTS).map(chunkAt).join("");
const READERS = 64;
/**
 * The kernel buffers about 3 MiB for each reader. Buffering the rest of the 9 MB would take 370 MiB. The embedded
 * database grows by 100 to 200 MiB for any number of readers.
 */
const MAX_GROWTH = 300 * MIB;

/** Emits 3 Mi characters, 9 MB, as fast as back-pressure allows, once the gate is open. */
const gate = Promise.withResolvers<void>();
const floodModel: Model = {
  id: "talker",
  check: async () => {},
  answer: answerFrom(async function* () {
    await gate.promise;
    for (const n of range(1, THOUGHTS)) yield { type: "reasoning", delta: chunkAt(n) };
    for (const n of range(1, TEXTS)) yield { type: "text", delta: chunkAt(n) };
    yield { type: "finish", reason: "stop", usage: { inputTokens: 1, outputTokens: TEXTS + THOUGHTS } };
  }),
};

let service: TestService<Model>;
beforeAll(async () => {
  service = await startService({ model: floodModel });
});
afterAll(() => service.stop());

const rss = (): number => {
  Bun.gc(true);
  return process.memoryUsage.rss();
};

/** Requests the thread's events and reads only the headers. */
const stalled = async (): Promise<WireTap> => {
  const wire = await tap(service.url);
  wire.socket.write("GET /api/v1/threads/t/events?userId=u HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await wire.until((text) => text.includes("page_start"));
  wire.socket.pause();
  return wire;
};

test("readers that do not read delay no run and cost no memory; once they read, they get everything in order", async () => {
  const run = await solve(service, "u", "t");
  await run.stream.until(({ event }) => event === "node_result");
  const readers = await Promise.all(range(1, READERS).map(stalled));
  const before = rss();
  gate.resolve();
  await run.stream.until(({ event }) => event === "done");
  const grown = rss() - before;
  expect((await runOf(service, "u", run.runId)).status).toBe("succeeded");
  const behind = readers.map(({ received }) => received.length);
  expect(Math.max(...behind)).toBeLessThan(MIB);
  expect(grown).toBeLessThan(MAX_GROWTH);
  expect(Buffer.byteLength(run.stream.text)).toBeGreaterThan(8 * MIB);
  const all = nativeEvents(await run.stream.toEnd());
  expect(seqs(all)).toEqual(range(1, all.length));
  expect(
    payloadsOf(all, "token")
      .map(({ delta }) => delta)
      .join("") === ANSWER,
  ).toBe(true);
  expect((await threadOf(service, "u", "t")).messages.at(-1)?.content === ANSWER).toBe(true);
  for (const wire of readers.slice(2)) wire.close();
  for (const wire of readers.slice(0, 2)) {
    wire.socket.resume();
    const text = await wire.until((received) => received.endsWith("0\r\n\r\n"));
    wire.close();
    const frames = await readSse(new Response(bodyOf(text))).toEnd();
    expect(frames.length).toBe(all.length);
    expect(nativeEvents(frames)).toEqual(all);
  }
}, 180_000);

/** Returns the body of a chunked response from its bytes. */
const bodyOf = (text: string): Uint8Array<ArrayBuffer> => {
  let rest = text.indexOf("\r\n\r\n") + 4;
  let body = "";
  for (;;) {
    const end = text.indexOf("\r\n", rest);
    const length = Number.parseInt(text.slice(rest, end), 16);
    if (length === 0) return Buffer.from(body, "latin1");
    body += text.slice(end + 2, end + 2 + length);
    rest = end + 2 + length + 2;
  }
};
