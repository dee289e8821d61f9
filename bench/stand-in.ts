/**
 * A model stand-in in its own process. Streams OpenAI chat completions at the rate named in the question, or else in
 * the model's name. It must be cheap, because it shares the machine with what is measured: it has one timer for all
 * streams, encodes every chunk once, and spreads phases so that no two streams are in step.
 */
import { type Answer, answerIn, firstToken, nameOf } from "./answer.ts";
import { agUiFrames, chatFrames, type Frames } from "./stand-in-frames.ts";
import { Wheel } from "./wheel.ts";

interface Stream {
  readonly answer: Answer;
  readonly frames: Frames;
  readonly controller: ReadableStreamDirectController;
  /** When the request arrived, and when token 0 is due; milliseconds of `performance.now()`. */
  readonly received: number;
  readonly start: number;
  readonly end: () => void;
  sent: number;
  gone: boolean;
}

interface AgentRequest {
  readonly threadId: string;
  readonly runId: string;
  readonly messages: ChatRequest["messages"];
}

interface ChatRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
}

const quiet = new Set<Stream>();
const wheel = new Wheel<Stream>(streamAnswer);

function streamAnswer(stream: Stream): void {
  if (stream.gone) return;
  const { controller, answer, frames } = stream;
  const first = stream.sent === 0;
  controller.write(first ? frames.text(firstToken(performance.now() - stream.received)) : frames.token(stream.sent));
  stream.sent += 1;
  if (stream.sent < answer.tokens) {
    controller.flush();
    wheel.add(stream, stream.start + (stream.sent * 1000) / answer.rate);
    return;
  }
  controller.write(frames.end(answer.tokens));
  stream.end();
}

/** Fractions that are evenly spread for any count: multiples of the golden ratio. */
let phases = 0;
const phase = (): number => (phases++ * 0.618_033_988_749_895) % 1;

const respond = (answer: Answer, frames: Frames, request: Request): Response => {
  const received = performance.now();
  const body = new ReadableStream({
    type: "direct",
    pull: (controller) =>
      new Promise<void>((resolve) => {
        // The first token is sent 50 to 100 ms after the question: soon, as from a small model, and out of step.
        const start = received + 50 + 50 * phase();
        const stream: Stream = { answer, frames, controller, received, start, end: resolve, sent: 0, gone: false };
        request.signal.addEventListener("abort", () => {
          stream.gone = true;
          quiet.delete(stream);
          resolve();
        });
        controller.write(frames.begin);
        controller.flush();
        if (answer.rate === 0) quiet.add(stream);
        else wheel.add(stream, start);
      }),
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
};

const complete = async (request: Request): Promise<Response> => {
  const { model, messages } = (await request.json()) as ChatRequest;
  const question = messages.findLast((message) => message.role === "user")?.content;
  const answer = answerIn(JSON.stringify(question ?? "")) ?? answerIn(model);
  if (answer !== undefined) return respond(answer, chatFrames, request);
  return Response.json({ error: { message: "Ask for `paced-100x20` or `quiet`.", type: "invalid" } }, { status: 400 });
};

/** The same as an AG-UI agent, at the rate that the question names, or 20 tokens/s. */
const runAgent = async (request: Request): Promise<Response> => {
  const { threadId, runId, messages } = (await request.json()) as AgentRequest;
  const answer = answerIn(JSON.stringify(messages.at(-1)?.content)) ?? { tokens: 100, rate: 20 };
  return respond(answer, agUiFrames(threadId, runId), request);
};

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 0,
  routes: {
    "/v1/chat/completions": { POST: complete },
    "/ag-ui": { POST: runAgent },
    "/v1/models": { GET: () => Response.json({ object: "list", data: [{ id: "paced-100x20", object: "model" }] }) },
    /** Has every idle stream send its one token and end. */
    "/release": {
      POST: () => {
        const held = [...quiet];
        quiet.clear();
        for (const stream of held) streamAnswer(stream);
        return Response.json({ released: held.length });
      },
    },
    "/health": { GET: () => Response.json({ quiet: quiet.size, default: nameOf({ tokens: 100, rate: 20 }) }) },
  },
});
console.log(`stand-in listening on ${server.url.origin}`);
