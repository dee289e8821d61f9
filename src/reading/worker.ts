import { UnreadableError } from "../domain/unreadable.ts";
import { READY } from "../workers/pooled-worker.ts";
import { read } from "./read.ts";
import type { ReadingAnswer, ReadingRequest } from "./reading-workers.ts";
import { split } from "./split.ts";

declare const self: { onmessage: ((event: MessageEvent<ReadingRequest>) => void) | null };

// pdf.js and other libraries print warnings that are not for operators.
for (const method of ["log", "info", "warn", "error", "debug"] as const) console[method] = () => {};

const send = (answer: ReadingAnswer): void => postMessage(answer);

/** The size of a batch, in strings and in characters: some 2 ms of work for the receiving thread. */
const MOST_STRINGS = 4_000;
const MOST_CHARACTERS = 256 * 1024;

const work = async ({ kind, source }: ReadingRequest): Promise<unknown> => {
  const reading = await read(source, () => send({ state: "working" }));
  if (kind === "read") {
    if (reading.table === null) return reading;
    await inParts(
      reading.table.rows,
      (row) => row,
      (rows) => send({ state: "part", rows }),
    );
    return { ...reading, table: { ...reading.table, rows: [] } };
  }
  const chunks = split(reading);
  await inParts(
    chunks,
    ({ content, rows }) => [content, ...(rows ?? []).flat()],
    (some) => send({ state: "part", chunks: some }),
  );
  return { title: reading.title, mediaType: reading.mediaType, columns: reading.table?.columns ?? null, chunks: [] };
};

/**
 * Posts the items in batches. The receiving thread handles all messages that have arrived at once, so a pause between
 * two batches lets it do other work.
 */
const inParts = async <T>(
  items: readonly T[],
  textsOf: (item: T) => readonly string[],
  sendPart: (items: readonly T[]) => void,
): Promise<void> => {
  let [from, strings, characters] = [0, 0, 0];
  for (const [at, item] of items.entries()) {
    const texts = textsOf(item);
    strings += texts.length;
    characters += texts.reduce((sum, { length }) => sum + length, 0);
    if (strings < MOST_STRINGS && characters < MOST_CHARACTERS) continue;
    sendPart(items.slice(from, at + 1));
    [from, strings, characters] = [at + 1, 0, 0];
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  if (from < items.length) sendPart(items.slice(from));
};

self.onmessage = async ({ data }) => {
  try {
    send({ state: "done", value: await work(data) });
  } catch (error) {
    // A parser that runs out of stack or memory does so because of its input.
    const { code, message } =
      error instanceof UnreadableError
        ? error
        : new UnreadableError("malformed", "The file cannot be read because it is damaged.");
    send({ state: "refused", code, message });
  }
};

postMessage(READY);
