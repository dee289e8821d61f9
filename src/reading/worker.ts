import { UnreadableError } from "../domain/unreadable.ts";
import { READY } from "../workers/worker-thread.ts";
import { read } from "./read.ts";
import { split } from "./split.ts";
import type { ReadingAnswer, ReadingRequest } from "./thread.ts";

declare const self: { onmessage: ((event: MessageEvent<ReadingRequest>) => void) | null };

// pdf.js and others print what they stumble over; nobody asked them to.
for (const method of ["log", "info", "warn", "error", "debug"] as const) console[method] = () => {};

const tell = (answer: ReadingAnswer): void => postMessage(answer);

const work = (request: ReadingRequest): unknown =>
  request.kind === "split" ? split(request.reading) : read(request.source, () => tell({ state: "working" }));

self.onmessage = async ({ data }) => {
  try {
    tell({ state: "done", value: await work(data) });
  } catch (error) {
    // A parser that runs out of stack or memory does so for its input.
    const { code, message } =
      error instanceof UnreadableError
        ? error
        : new UnreadableError("malformed", "The file cannot be read: it is damaged.");
    tell({ state: "refused", code, message });
  }
};

postMessage(READY);
