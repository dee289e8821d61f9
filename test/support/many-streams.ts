import { realSystem as system } from "../../src/domain/system.ts";
import { COMMON_WIRE } from "../../src/models/chat-wire.ts";
import { compatibleModel } from "../../src/models/compatible.ts";
import { postBySockets } from "../../src/upstream/client.ts";
import { postByFetch } from "../../src/upstream/fetched.ts";
import { partsOf } from "./model-parts.ts";
import { noModelLogger } from "./no-model-logger.ts";

/**
 * A separate process, because Bun reads BUN_CONFIG_MAX_HTTP_REQUESTS when it starts. Opens COUNT streams of the model
 * at URL at once, over `sockets` or `fetch` (`bun many-streams.ts URL COUNT HOW`), and prints how many finished.
 */
const [baseUrl = "", count = "", how = ""] = process.argv.slice(2);
const post = how === "fetch" ? postByFetch : postBySockets();
const failureContext = { keyVariable: "MODEL_API_KEY", now: system.now };
const model = compatibleModel({
  id: "compatible:x",
  model: "x",
  baseUrl,
  apiKey: null,
  failureContext,
  system,
  logger: noModelLogger,
  wire: COMMON_WIRE,
  post,
});
const context = { signal: new AbortController().signal };
const request = { system: "", messages: [{ role: "user", content: "hi", images: [] }], tools: [] } as const;

const finished = await Promise.all(
  Array.from({ length: Number(count) }, async () => {
    const parts = await partsOf(model, request, context);
    return parts.at(-1)?.type === "finish";
  }),
);
console.log(finished.filter(Boolean).length);
