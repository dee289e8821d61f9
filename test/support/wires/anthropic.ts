import {
  finishReasonFor,
  frame,
  type Turn,
  type Wire,
  type WireAnswer,
  type WireRequest,
  type WireSettings,
} from "./wire.ts";

interface Block {
  readonly type: "text" | "image" | "tool_use" | "tool_result";
  readonly text?: string;
  readonly source?: { readonly url?: string; readonly media_type?: string; readonly data?: string };
  readonly id?: string;
  readonly name?: string;
  readonly input?: unknown;
  readonly tool_use_id?: string;
  readonly content?: string | readonly Block[];
}
interface MessagesRequest {
  readonly system?: readonly Block[];
  readonly messages: readonly { readonly role: "user" | "assistant"; readonly content: readonly Block[] }[];
  readonly tools?: readonly { readonly name: string; readonly description: string; readonly input_schema: unknown }[];
  readonly max_tokens: number;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly stop_sequences?: readonly string[];
  readonly tool_choice?: {
    readonly type: "auto" | "none" | "any" | "tool";
    readonly name?: string;
    readonly disable_parallel_tool_use?: boolean;
  };
}

const FINISH = { stop: "end_turn", length: "max_tokens", tool_calls: "tool_use", refusal: "refusal" } as const;

const event = (type: string, more: object = {}): string => frame({ type, ...more }, type);

const block = (index: number, start: object, deltas: readonly object[]): string[] => [
  event("content_block_start", { index, content_block: start }),
  ...deltas.map((delta) => event("content_block_delta", { index, delta })),
  event("content_block_stop", { index }),
];

const encode = (answer: WireAnswer): string[] => {
  const { inputTokens = 0, outputTokens = 0, cachedTokens = 0, reasoningTokens } = answer.usage ?? {};
  let index = 0;
  return [
    event("message_start", {
      message: {
        id: "msg_01StandIn",
        type: "message",
        role: "assistant",
        model: "stand-in-2025",
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: {
          input_tokens: inputTokens - cachedTokens,
          cache_creation_input_tokens: 0,
          cache_read_input_tokens: cachedTokens,
          output_tokens: 1,
          service_tier: "standard",
        },
      },
    }),
    event("ping"),
    ...(answer.reasoning === undefined
      ? []
      : block(index++, { type: "thinking", thinking: "", signature: "" }, [
          ...answer.reasoning.map((thinking) => ({ type: "thinking_delta", thinking })),
          { type: "signature_delta", signature: answer.signature ?? "EqQBCgIYAhIM" },
        ])),
    ...(answer.text === undefined
      ? []
      : block(
          index++,
          { type: "text", text: "" },
          answer.text.map((text) => ({ type: "text_delta", text })),
        )),
    ...(answer.calls ?? []).flatMap(({ id, name, pieces }) =>
      block(
        index++,
        { type: "tool_use", id, name, input: {} },
        ["", ...pieces].map((partial_json) => ({ type: "input_json_delta", partial_json })),
      ),
    ),
    ...(answer.finish === null
      ? []
      : [
          event("message_delta", {
            delta: { stop_reason: finishReasonFor(answer.finish, FINISH), stop_sequence: null },
            usage: {
              output_tokens: outputTokens,
              ...(reasoningTokens !== undefined && { output_tokens_details: { thinking_tokens: reasoningTokens } }),
            },
          }),
          event("message_stop"),
        ]),
  ];
};

const textOf = (content: string | readonly Block[] | undefined): string =>
  typeof content === "string" ? content : (content ?? []).map(({ text }) => text ?? "").join("");

const imageOf = ({ source }: Block): string[] =>
  source === undefined ? [] : [source.url ?? `data:${source.media_type};base64,${source.data}`];

const historyMessages = ({ role, content }: MessagesRequest["messages"][number]): Turn[] => {
  const results = content.filter(({ type }) => type === "tool_result");
  if (results.length > 0) {
    return results.map((result) => ({
      role: "tool",
      id: result.tool_use_id ?? "",
      output: textOf(result.content),
    }));
  }
  const text = textOf(content);
  if (role === "user") return [{ role, text, images: content.flatMap(imageOf) }];
  const uses = content.filter(({ type }) => type === "tool_use");
  return [{ role, text, calls: uses.map(({ id = "", name = "", input }) => ({ id, name, input })) }];
};

const decode = (body: unknown): WireRequest => {
  const request = body as MessagesRequest;
  return {
    system: textOf(request.system),
    turns: request.messages.flatMap(historyMessages),
    tools: (request.tools ?? []).map(({ name, description, input_schema }) => ({
      name,
      description,
      input: input_schema,
    })),
    maxOutputTokens: request.max_tokens,
    temperature: request.temperature,
    settings: {
      topP: request.top_p,
      stop: request.stop_sequences,
      toolChoice: toolChoice(request),
      parallelToolCalls: request.tool_choice && !request.tool_choice.disable_parallel_tool_use,
    },
  };
};

const toolChoice = ({ tool_choice: choice }: MessagesRequest): WireSettings["toolChoice"] => {
  if (choice?.type === "tool") return { name: choice.name ?? "" };
  return choice?.type === "any" ? "required" : choice?.type;
};

/** https://docs.anthropic.com/en/docs/build-with-claude/streaming */
export const anthropicMessages: Wire = {
  carries: ["topP", "stop", "toolChoice", "parallelToolCalls"],
  callIds: /^/,
  contentType: "text/event-stream",
  takesAddresses: true,
  reportsReasoningTokens: true,
  path: "/messages",
  endings: [
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["a_word_of_next_year", "stop"],
    ["max_tokens", "length"],
    ["refusal", "model_refused"],
    ["model_context_window_exceeded", "model_unavailable"],
  ],
  encode,
  encodeFailure: (message) => event("error", { error: { type: "overloaded_error", message } }),
  decode,
  key: (headers) => headers.get("x-api-key"),
};
