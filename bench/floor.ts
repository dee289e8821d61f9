/**
 * The floor: a relay written by hand on Bun that stores nothing. It receives a question, parses the model's stream and
 * sends each delta as a frame of `POST /stream/v2`. No store, no framework, no retry, no reconnect.
 */
import { createParser } from "eventsource-parser";

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[];
}

const upstream = `${process.env.MODEL_BASE_URL}/chat/completions`;
const model = process.env.MODEL_NAME;

const relay = async (request: Request): Promise<Response> => {
  const { message, threadId } = (await request.json()) as { message: string; threadId: string | null };
  const thread = JSON.stringify(threadId ?? Bun.randomUUIDv7());
  const answer = await fetch(upstream, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer x" },
    body: JSON.stringify({ model, stream: true, messages: [{ role: "user", content: message }] }),
    signal: request.signal,
  });
  if (!answer.ok || answer.body === null) return new Response("The model did not answer.", { status: 502 });
  const { body } = answer;
  const stream = new ReadableStream({
    type: "direct",
    async pull(controller) {
      const decoder = new TextDecoder();
      const parser = createParser({
        onEvent({ data }) {
          if (data === "[DONE]") {
            controller.write(`event: run.completed\ndata: {"thread_id":${thread}}\n\n`);
            return;
          }
          const delta = (JSON.parse(data) as Chunk).choices[0]?.delta.content;
          if (!delta) return;
          controller.write(
            `event: llm.token.delta\ndata: {"delta":${JSON.stringify(delta)},"thread_id":${thread}}\n\n`,
          );
        },
      });
      controller.write(":\n\n");
      controller.flush();
      for await (const bytes of body) {
        parser.feed(decoder.decode(bytes, { stream: true }));
        controller.flush();
      }
    },
  });
  return new Response(stream, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
};

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 0,
  routes: { "/stream/v2": { POST: relay } },
});
console.log(`floor listening on ${server.url.origin}`);
