import { expect, test } from "bun:test";
import type { TextChunk } from "../../src/reading/contract.ts";
import type { ReadingAnswer, ReadingRequest } from "../../src/reading/reading-workers.ts";

const answersTo = async (kind: ReadingRequest["kind"], csv: string): Promise<readonly ReadingAnswer[]> => {
  const worker = new Worker(new URL("../../src/reading/worker.ts", import.meta.url).href);
  const answers: ReadingAnswer[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  worker.onmessage = ({ data }: MessageEvent<ReadingAnswer>) => {
    answers.push(data);
    if (data.state === "done" || data.state === "refused") resolve();
  };
  const bytes = new TextEncoder().encode(csv);
  worker.postMessage({
    kind,
    source: { type: "text/csv", bytes, charset: undefined, baseUrl: undefined, isSheet: true },
  });
  await promise;
  worker.terminate();
  return answers;
};

const COLUMNS = 10;
const ROWS = 20_000;
const csv = `${Array.from({ length: COLUMNS }, (_, at) => `c${at}`).join(",")}\n${`${Array(COLUMNS).fill("1").join(",")}\n`.repeat(ROWS)}`;

test.each(["read", "chunks"] as const)(
  "a large table is sent in parts (%s), none of which blocks the event loop for long",
  async (kind) => {
    const answers = await answersTo(kind, csv);
    const rowsIn = (answer: ReadingAnswer): readonly (readonly string[])[] => {
      if (answer.state !== "part") return [];
      return "rows" in answer ? answer.rows : answer.chunks.flatMap(({ rows }: TextChunk) => rows ?? []);
    };
    const counts = answers.map((answer) => rowsIn(answer).flat().length);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(COLUMNS * ROWS);
    // 4,000 and the chunk that exceeds them.
    expect(Math.max(...counts)).toBeLessThanOrEqual(4_400);
    expect(answers.at(-1)).toMatchObject({ state: "done" });
  },
);
