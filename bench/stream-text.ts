/**
 * What most people write: the AI SDK's chat handler from its documentation, on `Bun.serve`. Stores nothing.
 */
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import {
  convertToModelMessages,
  createUIMessageStreamResponse,
  streamText,
  toUIMessageStream,
  type UIMessage,
} from "ai";

const provider = createOpenAICompatible({
  name: "stand-in",
  baseURL: String(process.env.MODEL_BASE_URL),
  apiKey: "x",
});
const model = provider(String(process.env.MODEL_NAME));

const chat = async (request: Request): Promise<Response> => {
  const { messages } = (await request.json()) as { messages: UIMessage[] };
  const result = streamText({ model, messages: await convertToModelMessages(messages), abortSignal: request.signal });
  return createUIMessageStreamResponse({ stream: toUIMessageStream({ stream: result.stream }) });
};

const server = Bun.serve({ hostname: "127.0.0.1", port: 0, idleTimeout: 0, routes: { "/api/chat": { POST: chat } } });
console.log(`streamText listening on ${server.url.origin}`);
