import { amazonMessage } from "./amazon-messages.ts";
import { finishReasonFor, type Turn, type Wire, type WireAnswer, type WireRequest, type WireSettings } from "./wire.ts";

interface Block {
  readonly text?: string;
  readonly image?: { readonly format: string; readonly source: { readonly bytes: string } };
  readonly toolUse?: { readonly toolUseId: string; readonly name: string; readonly input: unknown };
  readonly toolResult?: {
    readonly toolUseId: string;
    readonly content: readonly { readonly text?: string; readonly json?: unknown }[];
  };
}
interface ConverseRequest {
  readonly system?: readonly Block[];
  readonly messages: readonly { readonly role: "user" | "assistant"; readonly content: readonly Block[] }[];
  readonly inferenceConfig?: {
    readonly maxTokens?: number;
    readonly temperature?: number;
    readonly topP?: number;
    readonly stopSequences?: readonly string[];
  };
  readonly toolConfig?: {
    readonly tools: readonly {
      readonly toolSpec?: { name: string; description: string; inputSchema: { readonly json: unknown } };
    }[];
    readonly toolChoice?: { readonly any?: object; readonly auto?: object; readonly tool?: { readonly name: string } };
  };
}

const STOP = {
  stop: "end_turn",
  length: "max_tokens",
  tool_calls: "tool_use",
  refusal: "guardrail_intervened",
} as const;

const event = (type: string, payload: object): string =>
  amazonMessage({ ":event-type": type, ":content-type": "application/json", ":message-type": "event" }, payload);

const deltas = (contentBlockIndex: number, all: readonly object[]): string[] => [
  ...all.map((delta) => event("contentBlockDelta", { contentBlockIndex, delta })),
  event("contentBlockStop", { contentBlockIndex }),
];

const encode = (answer: WireAnswer): string[] => {
  const { inputTokens = 0, outputTokens = 0, cachedTokens = 0 } = answer.usage ?? {};
  let index = 0;
  return [
    event("messageStart", { role: "assistant" }),
    ...(answer.reasoning === undefined
      ? []
      : deltas(
          index++,
          answer.reasoning.map((text) => ({ reasoningContent: { text } })),
        )),
    ...(answer.text === undefined
      ? []
      : deltas(
          index++,
          answer.text.map((text) => ({ text })),
        )),
    ...(answer.calls ?? []).flatMap(({ id, name, pieces }) => {
      const contentBlockIndex = index++;
      return [
        event("contentBlockStart", { contentBlockIndex, start: { toolUse: { toolUseId: id, name } } }),
        ...deltas(
          contentBlockIndex,
          pieces.map((input) => ({ toolUse: { input } })),
        ),
      ];
    }),
    ...(answer.finish === null
      ? []
      : [
          event("messageStop", { stopReason: finishReasonFor(answer.finish, STOP) }),
          event("metadata", {
            usage: {
              inputTokens: inputTokens - cachedTokens,
              outputTokens,
              totalTokens: inputTokens + outputTokens,
              ...(cachedTokens > 0 && { cacheReadInputTokens: cachedTokens }),
            },
            metrics: { latencyMs: 1 },
          }),
        ]),
  ];
};

const textOf = (content: readonly Block[]): string => content.map(({ text = "" }) => text).join("");

const turnsOf = ({ role, content }: ConverseRequest["messages"][number]): Turn[] => {
  const results = content.flatMap(({ toolResult }) => toolResult ?? []);
  const tools = results.map(({ toolUseId, content: parts }): Turn => {
    const output = parts.map(({ text, json }) => text ?? JSON.stringify(json)).join("");
    return { role: "tool", id: toolUseId, output };
  });
  const text = textOf(content);
  if (role === "user") {
    const images = content.flatMap(({ image }) =>
      image ? `data:image/${image.format};base64,${image.source.bytes}` : [],
    );
    return tools.length > 0 && text === "" ? tools : [...tools, { role, text, images }];
  }
  const calls = content.flatMap(({ toolUse: use }) =>
    use === undefined ? [] : [{ id: use.toolUseId, name: use.name, input: use.input }],
  );
  return [{ role, text, calls }];
};

const toolChoice = ({ toolConfig }: ConverseRequest): WireSettings["toolChoice"] => {
  const choice = toolConfig?.toolChoice;
  if (choice?.tool !== undefined) return { name: choice.tool.name };
  return choice?.any === undefined ? undefined : "required";
};

const decode = (body: unknown): WireRequest => {
  const request = body as ConverseRequest;
  const { maxTokens, temperature, topP, stopSequences } = request.inferenceConfig ?? {};
  return {
    system: textOf(request.system ?? []),
    turns: request.messages.flatMap(turnsOf),
    tools: (request.toolConfig?.tools ?? []).flatMap(({ toolSpec: tool }) =>
      tool === undefined ? [] : { name: tool.name, description: tool.description, input: tool.inputSchema.json },
    ),
    maxOutputTokens: maxTokens,
    temperature,
    settings: { topP, stop: stopSequences, toolChoice: toolChoice(request) },
  };
};

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html */
export const bedrockConverse: Wire = {
  carries: ["topP", "stop"],
  callIds: /^/,
  endings: [
    ["stop_sequence", "stop"],
    ["content_filtered", "model_refused"],
    ["model_context_window_exceeded", "model_unavailable"],
  ],
  contentType: "application/vnd.amazon.eventstream",
  takesAddresses: false,
  reportsReasoningTokens: false,
  path: "/converse-stream",
  encode,
  encodeFailure: (message) =>
    amazonMessage(
      {
        ":exception-type": "serviceUnavailableException",
        ":content-type": "application/json",
        ":message-type": "exception",
      },
      { message },
    ),
  decode,
  key: (headers) => headers.get("authorization")?.replace(/^Bearer /, "") ?? null,
};
