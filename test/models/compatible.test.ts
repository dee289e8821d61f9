import { expect, test } from "bun:test";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { realSystem as system } from "../../src/domain/system.ts";
import { aiSdkModel } from "../../src/models/aisdk.ts";
import { COMMON_WIRE } from "../../src/models/chat-wire.ts";
import { compatibleModel } from "../../src/models/compatible.ts";
import { reach } from "../../src/models/http.ts";
import { postBySockets } from "../../src/upstream/client.ts";
import { postByFetch } from "../../src/upstream/fetched.ts";
import { modelConformance } from "../conformance/model.ts";
import { KEY, QUESTION } from "../conformance/model-kit.ts";
import { partsOf } from "../support/model-parts.ts";
import { noModelLogger } from "../support/no-model-logger.ts";
import { rawServer } from "../support/raw-server.ts";
import { openAiChat } from "../support/wires/openai-chat.ts";

const keyVariable = "MODEL_API_KEY";
const model = "stand-in";
const place = { keyVariable, now: () => system.now() };

for (const [name, post] of Object.entries({ sockets: postBySockets(), fetch: postByFetch })) {
  modelConformance(`the chat-completions adapter over ${name}`, {
    wire: openAiChat,
    open: (url) =>
      compatibleModel({
        id: "compatible:x",
        model,
        baseUrl: `${url}/v1/`,
        apiKey: KEY,
        failureContext: place,
        system,
        logger: noModelLogger,
        wire: COMMON_WIRE,
        post,
      }),
    keyVariable,
  });
}

/** Not used by the service: it shows that our adapter reads the wire like the widely used one. */
modelConformance("the AI SDK's chat-completions provider", {
  wire: openAiChat,
  open: (url) => {
    const baseURL = `${url}/v1`;
    const headers = { authorization: `Bearer ${KEY}` };
    return aiSdkModel({
      id: "reference",
      model: (fetch) =>
        createOpenAICompatible({
          name: "reference",
          baseURL,
          apiKey: KEY,
          includeUsage: true,
          supportsStructuredOutputs: true,
          fetch,
        })(model),
      failureContext: place,
      providerOptions: {},
      parallelToolCalls: (isAllowed) => ({ reference: { parallel_tool_calls: isAllowed } }),
      cacheMark: null,
      logger: noModelLogger,
      check: (context) => reach({ url: `${baseURL}/models`, headers, failureContext: place }, context),
    });
  },
  keyVariable,
});

const modelAt = (baseUrl: string) =>
  compatibleModel({
    id: "compatible:x",
    model,
    baseUrl,
    apiKey: KEY,
    failureContext: place,
    system,
    logger: noModelLogger,
    wire: COMMON_WIRE,
    post: postBySockets(),
  });

test("an abort while an error's body is read is an abort", async () => {
  const stop = new AbortController();
  const reason = new Error("the run was cancelled");
  await using server = await rawServer((socket) => {
    socket.write("HTTP/1.1 500 Broken\r\ncontent-length: 100\r\n\r\n{", () => setImmediate(() => stop.abort(reason)));
  });
  const one = modelAt(server.url);
  await expect(partsOf(one, QUESTION, { signal: stop.signal })).rejects.toBe(reason);
});

test("an error whose body never ends is soon reported by its status, and its connection closed", async () => {
  await using server = await rawServer((socket) => {
    socket.write("HTTP/1.1 401 Unauthorized\r\ncontent-length: 100\r\n\r\n{");
  });
  const one = modelAt(server.url);
  await expect(partsOf(one, QUESTION, { signal: new AbortController().signal })).rejects.toMatchObject({
    code: "model_unavailable",
    retryable: false,
  });
  await server.closed(1);
}, 10_000);
