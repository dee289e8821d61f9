import { READY } from "../../src/workers/pooled-worker.ts";

declare const self: { onmessage: ((event: MessageEvent<string>) => void) | null };

// Takes longer to load than its requests may take.
const loaded = performance.now() + 1_800;
while (performance.now() < loaded);

self.onmessage = ({ data }) => postMessage(data);

postMessage(READY);
