import {
  finishReasonFor,
  frame,
  type Turn,
  type Wire,
  type WireAnswer,
  type WireRequest,
  type WireSettings,
} from "./wire.ts";

interface Part {
  readonly thought?: boolean;
  readonly text?: string;
  readonly inlineData?: { readonly mimeType: string; readonly data: string };
  readonly fileData?: { readonly fileUri: string };
  readonly functionCall?: { readonly id?: string; readonly name: string; readonly args: unknown };
  readonly functionResponse?: {
    readonly id?: string;
    readonly name: string;
    readonly response: { readonly content?: unknown; readonly error?: unknown };
  };
}
interface GenerateRequest {
  readonly systemInstruction?: { readonly parts: readonly Part[] };
  readonly contents: readonly { readonly role: "user" | "model"; readonly parts: readonly Part[] }[];
  readonly tools?: readonly {
    readonly functionDeclarations: readonly { name: string; description: string; parametersJsonSchema: unknown }[];
  }[];
  readonly generationConfig?: {
    readonly maxOutputTokens?: number;
    readonly temperature?: number;
    readonly topP?: number;
    readonly stopSequences?: readonly string[];
    readonly seed?: number;
    readonly thinkingConfig?: { readonly thinkingLevel?: string };
    readonly responseSchema?: unknown;
    readonly responseJsonSchema?: unknown;
  };
  readonly toolConfig?: {
    readonly functionCallingConfig: { readonly mode: string; readonly allowedFunctionNames?: readonly string[] };
  };
}

const FINISH = { stop: "STOP", length: "MAX_TOKENS", tool_calls: "STOP", refusal: "SAFETY" } as const;

const chunk = (parts: readonly object[], more: { readonly candidate?: object; readonly usage?: object } = {}): string =>
  frame({
    candidates: [{ content: { parts, role: "model" }, index: 0, ...more.candidate }],
    ...(more.usage === undefined ? {} : { usageMetadata: more.usage }),
    modelVersion: "stand-in-2025",
    responseId: "standInResponse",
  });

/** Gemini sends a call whole, so its pieces are joined. */
const encode = (answer: WireAnswer): string[] => [
  ...(answer.reasoning ?? []).map((text) =>
    chunk([{ text, thought: true, ...(answer.signature && { thoughtSignature: answer.signature }) }]),
  ),
  ...(answer.text ?? []).map((text) => chunk([{ text }])),
  ...(answer.calls ?? []).map(({ id, name, pieces, signature }) =>
    chunk([
      {
        functionCall: { id, name, args: JSON.parse(pieces.join("") || "{}") as unknown },
        ...(signature && { thoughtSignature: signature }),
      },
    ]),
  ),
  ...(answer.finish === null ? [] : [finish(answer.finish, answer.usage)]),
];

const finish = (reason: NonNullable<WireAnswer["finish"]>, usage: WireAnswer["usage"]): string => {
  const { inputTokens = 0, outputTokens = 0, cachedTokens, reasoningTokens = 0 } = usage ?? {};
  return chunk([{ text: "" }], {
    candidate: { finishReason: finishReasonFor(reason, FINISH) },
    usage: {
      promptTokenCount: inputTokens,
      candidatesTokenCount: outputTokens - reasoningTokens,
      ...(cachedTokens !== undefined && { cachedContentTokenCount: cachedTokens }),
      ...(reasoningTokens > 0 && { thoughtsTokenCount: reasoningTokens }),
      totalTokenCount: inputTokens + outputTokens,
    },
  });
};

const imageOf = ({ inlineData, fileData }: Part): string[] => {
  if (fileData !== undefined) return [fileData.fileUri];
  return inlineData === undefined ? [] : [`data:${inlineData.mimeType};base64,${inlineData.data}`];
};

const outputOf = (content: unknown): string => (typeof content === "string" ? content : JSON.stringify(content));

const historyMessages = ({ role, parts }: GenerateRequest["contents"][number]): Turn[] => {
  const results = parts.flatMap(({ functionResponse }) => functionResponse ?? []);
  if (results.length > 0) {
    return results.map(({ id = "", response }) => ({
      role: "tool",
      id,
      output: outputOf(response.content ?? response.error),
    }));
  }
  const text = parts.map((part) => (part.thought ? "" : (part.text ?? ""))).join("");
  if (role === "user") return [{ role, text, images: parts.flatMap(imageOf) }];
  const calls = parts.flatMap(({ functionCall: call }) =>
    call === undefined ? [] : [{ id: call.id ?? "", name: call.name, input: call.args }],
  );
  return [{ role: "assistant", text, calls }];
};

const decode = (body: unknown): WireRequest => {
  const request = body as GenerateRequest;
  return {
    system: (request.systemInstruction?.parts ?? []).map(({ text }) => text ?? "").join(""),
    turns: request.contents.flatMap(historyMessages),
    tools: (request.tools ?? []).flatMap(({ functionDeclarations }) =>
      functionDeclarations.map(({ name, description, parametersJsonSchema: input }) => ({ name, description, input })),
    ),
    maxOutputTokens: request.generationConfig?.maxOutputTokens,
    temperature: request.generationConfig?.temperature,
    settings: {
      topP: request.generationConfig?.topP,
      stop: request.generationConfig?.stopSequences,
      seed: request.generationConfig?.seed,
      reasoning: request.generationConfig?.thinkingConfig?.thinkingLevel,
      toolChoice: toolChoice(request),
      schema: request.generationConfig?.responseSchema ?? request.generationConfig?.responseJsonSchema,
    },
  };
};

const toolChoice = ({ toolConfig }: GenerateRequest): WireSettings["toolChoice"] => {
  const config = toolConfig?.functionCallingConfig;
  const name = config?.allowedFunctionNames?.[0];
  if (config?.mode === "ANY") return name === undefined ? "required" : { name };
  return config?.mode === "NONE" ? "none" : undefined;
};

/** https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent */
export const googleGenerate: Wire = {
  carries: ["topP", "stop", "seed", "toolChoice", "schema"],
  callIds: /^/,
  contentType: "text/event-stream",
  takesAddresses: true,
  reportsReasoningTokens: true,
  path: ":streamGenerateContent",
  endings: [
    ["STOP", "stop"],
    ["MAX_TOKENS", "length"],
    ["SAFETY", "model_refused"],
    ["RECITATION", "model_refused"],
    ["PROHIBITED_CONTENT", "model_refused"],
    ["SPII", "model_refused"],
    ["MALFORMED_FUNCTION_CALL", "model_unavailable"],
    ["UNEXPECTED_TOOL_CALL", "model_unavailable"],
    ["OTHER", "model_unavailable"],
    ["FINISH_REASON_UNSPECIFIED", "model_unavailable"],
  ],
  encode,
  encodeFailure: (message) => frame({ error: { code: 503, message, status: "UNAVAILABLE" } }),
  decode,
  key: (headers) => headers.get("x-goog-api-key"),
};

/** Vertex AI: calls have no ids, so that results are told apart by their order. */
export const vertexGenerate: Wire = { ...googleGenerate, callIds: /^$/ };
