import { READY } from "../../src/workers/pooled-worker.ts";

declare const self: { onmessage: ((event: MessageEvent<string>) => void) | null };

/**
 * Echoes its message; `loop` never ends, `begin` says so and never ends, `die` ends the worker, `silent` never answers,
 * `late` after a second.
 */
self.onmessage = ({ data }) => {
  if (data === "begin") postMessage(data);
  if (data === "loop" || data === "begin") for (;;);
  if (data === "die") process.exit(1);
  if (data === "late") setTimeout(() => postMessage(data), 1_000);
  else if (data !== "silent") postMessage(data);
};

postMessage(READY);
