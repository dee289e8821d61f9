import {
  finishReasonFor,
  frame,
  type Turn,
  type Wire,
  type WireAnswer,
  type WireRequest,
  type WireSettings,
} from "./wire.ts";

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
  readonly max_completion_tokens?: number;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly stop?: readonly string[];
  readonly seed?: number;
  readonly random_seed?: number;
  readonly reasoning_effort?: string;
  readonly reasoning?: { readonly effort: string };
  readonly thinking?: { readonly type: string };
  readonly tool_choice?: string | { readonly function: { readonly name: string } };
  readonly parallel_tool_calls?: boolean;
  readonly response_format?: { readonly type: string; readonly json_schema?: { readonly schema: unknown } };
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
  ...(answer.calls ?? []).flatMap(({ id, name, pieces, signature }, index) => [
    delta({
      tool_calls: [
        {
          index,
          id,
          type: "function",
          function: { name, arguments: "" },
          ...(signature && { extra_content: { google: { thought_signature: signature } } }),
        },
      ],
    }),
    ...pieces.map((piece) => delta({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ]),
  ...(answer.finish === null ? [] : [delta({}, finishReasonFor(answer.finish, FINISH))]),
  ...(answer.usage === undefined ? [] : [usage(answer.usage)]),
  ...(answer.finish === null ? [] : ["data: [DONE]\n\n"]),
];

/** The last chunk of a stream that was requested with `include_usage`: no choices. */
const usage = ({
  inputTokens,
  outputTokens,
  cachedTokens = 0,
  reasoningTokens = 0,
}: NonNullable<WireAnswer["usage"]>): string =>
  chunk([], {
    usage: {
      prompt_tokens: inputTokens,
      completion_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
      prompt_tokens_details: { cached_tokens: cachedTokens, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: reasoningTokens, audio_tokens: 0 },
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
    settings: settingsOf(request),
  };
};

const settingsOf = (request: ChatRequest): WireSettings => ({
  topP: request.top_p,
  stop: request.stop,
  seed: request.seed,
  reasoning: request.reasoning_effort,
  toolChoice: toolChoice(request),
  parallelToolCalls: request.parallel_tool_calls,
  schema: request.response_format?.json_schema?.schema,
});

const toolChoice = ({ tool_choice: choice }: ChatRequest): WireSettings["toolChoice"] => {
  if (choice === undefined || choice === "auto" || choice === "none" || choice === "required") return choice;
  if (typeof choice === "string") throw new Error(`no such tool_choice: ${choice}`);
  return { name: choice.function.name };
};

/** https://platform.openai.com/docs/api-reference/chat-streaming, with the `reasoning_content` of DeepSeek and vLLM. */
export const openAiChat: Wire = {
  carries: ["topP", "stop", "seed", "reasoning", "toolChoice", "parallelToolCalls", "schema"],
  callIds: /^/,
  contentType: "text/event-stream",
  takesAddresses: true,
  reportsReasoningTokens: true,
  path: "/chat/completions",
  endings: [
    ["stop", "stop"],
    ["length", "length"],
    ["content_filter", "model_refused"],
  ],
  encode,
  encodeFailure: (message) => frame({ error: { message, type: "server_error", param: null, code: null } }),
  decode,
  key: (headers) => headers.get("authorization")?.replace(/^Bearer /, "") ?? null,
};

/** A variant of the wire that has some fields in other forms. */
const variant = (
  more: Partial<Wire>,
  read: (request: ChatRequest) => Partial<Omit<WireRequest, "settings">> & WireSettings,
): Wire => ({
  ...openAiChat,
  ...more,
  decode: (body) => {
    const { maxOutputTokens, ...settings } = read(body as ChatRequest);
    const decoded = decode(body);
    return {
      ...decoded,
      ...(maxOutputTokens !== undefined && { maxOutputTokens }),
      settings: { ...decoded.settings, ...settings },
    };
  },
});

/** OpenAI's later form: Groq, xAI. */
export const newerChat: Wire = variant({}, (request) => ({ maxOutputTokens: request.max_completion_tokens }));
export const azureChat: Wire = { ...newerChat, key: (headers) => headers.get("api-key") };
/** https://docs.mistral.ai/api: unknown fields and ids of other models are refused. */
export const mistralChat: Wire = {
  ...openAiChat,
  callIds: /^[a-zA-Z0-9]{9}$/,
  decode: (body) => {
    const { random_seed: seed, tool_choice: choice, ...request } = body as ChatRequest;
    if ("stream_options" in request || "seed" in request) throw new Error("an unknown field");
    const decoded = decode({ ...request, ...(choice && { tool_choice: choice === "any" ? "required" : choice }) });
    return { ...decoded, settings: { ...decoded.settings, seed } };
  },
};
/** https://api-docs.deepseek.com/api/create-chat-completion */
export const deepseekChat: Wire = variant(
  { carries: openAiChat.carries.filter((name) => name !== "schema") },
  (request) => (request.thinking?.type === "disabled" ? { reasoning: "none" } : {}),
);
/** https://openrouter.ai/docs/api-reference/chat-completion */
export const openRouterChat: Wire = variant({}, (request) => ({ reasoning: request.reasoning?.effort }));
