import { type BaseEvent, EventType, type RunAgentInput } from "@ag-ui/core";
import { RunAgentInputSchema } from "@ag-ui/core/schemas";
import { EventEncoder } from "@ag-ui/encoder";

/** One event, without its type's enum: `@ag-ui/core` has the rest of each. */
export type AgUiEvent = { readonly type: `${EventType}` } & Readonly<Record<string, unknown>>;

interface AgUiTurn {
  readonly input: RunAgentInput;
  /** Which request it is, from 1. */
  readonly turn: number;
  /** Aborts when the client has closed the connection. */
  readonly signal: AbortSignal;
}

export interface AgUiAgent extends AsyncDisposable {
  readonly url: string;
  /** What was asked, each checked by the protocol's own schema. */
  readonly inputs: readonly RunAgentInput[];
  /** The headers of each request. */
  readonly headers: readonly Headers[];
}

/** An AG-UI agent behind HTTP, made of the protocol's published packages. Its run's first and last event are added. */
export const agUiAgent = (run: (turn: AgUiTurn) => AsyncIterable<AgUiEvent> | Iterable<AgUiEvent>): AgUiAgent => {
  const inputs: RunAgentInput[] = [];
  const headers: Headers[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      headers.push(request.headers);
      const input = RunAgentInputSchema.parse(await request.json()) as RunAgentInput;
      const { threadId, runId } = input;
      const turn = inputs.push(input);
      const encoder = new EventEncoder({ accept: request.headers.get("accept") ?? "" });
      const bytes = new TextEncoder();
      const frame = (event: AgUiEvent) => bytes.encode(encoder.encodeSSE(event as BaseEvent));
      async function* frames() {
        yield frame({ type: EventType.RUN_STARTED, threadId, runId });
        for await (const event of run({ input, turn, signal: request.signal })) yield frame(event);
        yield frame({ type: EventType.RUN_FINISHED, threadId, runId });
      }
      return new Response(frames(), { headers: { "content-type": encoder.getContentType() } });
    },
  });
  return {
    url: server.url.href,
    inputs,
    headers,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
};

/** A message in as many pieces. */
export const message = (messageId: string, ...deltas: readonly string[]): readonly AgUiEvent[] => [
  { type: "TEXT_MESSAGE_START", messageId, role: "assistant" },
  ...deltas.map((delta): AgUiEvent => ({ type: "TEXT_MESSAGE_CONTENT", messageId, delta })),
  { type: "TEXT_MESSAGE_END", messageId },
];

/** A tool call with its result. */
export const toolCall = (toolCallId: string, toolCallName: string, input: unknown, content: string): AgUiEvent[] => [
  { type: "TOOL_CALL_START", toolCallId, toolCallName },
  ...(JSON.stringify(input).match(/.{1,4}/gsu) ?? []).map(
    (delta): AgUiEvent => ({ type: "TOOL_CALL_ARGS", toolCallId, delta }),
  ),
  { type: "TOOL_CALL_END", toolCallId },
  { type: "TOOL_CALL_RESULT", messageId: `${toolCallId}:result`, toolCallId, content, role: "tool" },
];
