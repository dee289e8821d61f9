import { READY } from "../../src/workers/pooled-worker.ts";

declare const self: { onmessage: ((event: MessageEvent<string>) => void) | null };

/** Echoes its message; `loop` never ends, `die` ends the worker, `silent` never answers. */
self.onmessage = ({ data }) => {
  if (data === "loop") for (;;);
  if (data === "die") process.exit(1);
  if (data !== "silent") postMessage(data);
};

postMessage(READY);
