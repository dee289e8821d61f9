import { frame, type Turn, type Wire, type WireAnswer, type WireRequest } from "./wire.ts";

interface ChatMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string | null | readonly ContentPart[];
  readonly tool_calls?: readonly { readonly id: string; readonly function: { name: string; arguments: string } }[];
  readonly tool_call_id?: string;
}
interface ContentPart {
  readonly type: "text" | "image_url";
  readonly text?: string;
  readonly image_url?: { readonly url: string };
}
interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly { readonly function: { name: string; description: string; parameters: unknown } }[];
  readonly max_tokens?: number;
  readonly temperature?: number;
}

const FINISH = { stop: "stop", length: "length", tool_calls: "tool_calls", refusal: "content_filter" } as const;

const chunk = (choices: readonly object[], more: object = {}): string =>
  frame({
    id: "chatcmpl-Cf5bAxQO",
    object: "chat.completion.chunk",
    created: 1_763_769_600,
    model: "stand-in-2025",
    service_tier: "default",
    system_fingerprint: "fp_560af6e559",
    choices,
    ...more,
  });
const delta = (content: object, finish: string | null = null): string =>
  chunk([{ index: 0, delta: content, logprobs: null, finish_reason: finish }], { usage: null });

const encode = (answer: WireAnswer): string[] => [
  delta({ role: "assistant", content: "", refusal: null }),
  ...(answer.reasoning ?? []).map((text) => delta({ reasoning_content: text })),
  ...(answer.text ?? []).map((text) => delta({ content: text })),
  ...(answer.calls ?? []).flatMap(({ id, name, pieces }, index) => [
    delta({ tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] }),
    ...pieces.map((piece) => delta({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ]),
  ...(answer.finish === null ? [] : [delta({}, FINISH[answer.finish])]),
  ...(answer.usage === undefined ? [] : [usage(answer.usage)]),
  ...(answer.finish === null ? [] : ["data: [DONE]\n\n"]),
];

/** The last chunk of a stream that was requested with `include_usage`: no choices. */
const usage = ({ inputTokens, outputTokens }: NonNullable<WireAnswer["usage"]>): string =>
  chunk([], {
    usage: {
      prompt_tokens: inputTokens,
      completion_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
    },
  });

const turn = (message: ChatMessage): Turn => {
  const parts: readonly ContentPart[] =
    typeof message.content === "string" ? [{ type: "text", text: message.content }] : (message.content ?? []);
  const text = parts.map((part) => part.text ?? "").join("");
  if (message.role === "tool") return { role: "tool", id: message.tool_call_id ?? "", output: text };
  if (message.role === "assistant") {
    const calls = (message.tool_calls ?? []).map((call) => ({
      id: call.id,
      name: call.function.name,
      input: JSON.parse(call.function.arguments) as unknown,
    }));
    return { role: "assistant", text, calls };
  }
  return { role: "user", text, images: parts.flatMap((part) => part.image_url?.url ?? []) };
};

const decode = (body: unknown): WireRequest => {
  const request = body as ChatRequest;
  const [first, ...others] = request.messages;
  const system = first?.role === "system" ? String(first.content) : "";
  return {
    system,
    turns: (first?.role === "system" ? others : request.messages).map(turn),
    tools: (request.tools ?? []).map(({ function: { name, description, parameters } }) => ({
      name,
      description,
      input: parameters,
    })),
    maxOutputTokens: request.max_tokens,
    temperature: request.temperature,
  };
};

/** https://platform.openai.com/docs/api-reference/chat-streaming, with the `reasoning_content` of DeepSeek and vLLM. */
export const openAiChat: Wire = {
  path: "/chat/completions",
  encode,
  encodeFailure: (message) => frame({ error: { message, type: "server_error", param: null, code: null } }),
  decode,
  key: (headers) => headers.get("authorization")?.replace(/^Bearer /, "") ?? null,
};
