import type { Feature } from "./capabilities/feature.ts";
import type { ChatWire } from "./chat-wire.ts";
import type { ModelRequest } from "./contract.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Returns the fields of a chat-completions request that say how to answer. `lacks` holds what the server has refused;
 * the request has been reduced by it already (`capabilities/reduce.ts`).
 */
export const chatFields = (request: ModelRequest, wire: ChatWire, lacks: ReadonlySet<Feature>): Fields => ({
  ...(!lacks.has("stream_options") && { stream_options: { include_usage: true } }),
  ...(request.temperature !== undefined && { temperature: request.temperature }),
  ...(request.topP !== undefined && { top_p: request.topP }),
  ...maxTokens(request, wire, lacks),
  ...(request.stop !== undefined && { stop: request.stop }),
  ...(request.seed !== undefined && { [wire.seed]: request.seed }),
  ...(request.reasoning !== undefined && wire.reasoning(request.reasoning)),
  ...responseFormat(request, lacks),
});

/** Returns those that say how tools are used. */
export const toolFields = (request: ModelRequest, wire: ChatWire, lacks: ReadonlySet<Feature>): Fields => ({
  ...(!lacks.has("tool_choice") && { tool_choice: toolChoice(request, wire) }),
  ...(request.parallelToolCalls !== undefined && { parallel_tool_calls: request.parallelToolCalls }),
});

/** Returns the features that these fields use. */
export const fieldsUsed = (request: ModelRequest, wire: ChatWire, lacks: ReadonlySet<Feature>): readonly Feature[] => {
  const name = maxTokensName(wire, lacks);
  return [
    "stream_options",
    ...(request.tools.length > 0 ? (["tool_choice"] as const) : []),
    ...(request.maxOutputTokens !== undefined && name !== null ? [name] : []),
    ...(request.responseSchema !== undefined && lacks.has("json_schema") ? (["json_object"] as const) : []),
  ];
};

/** Returns the name under which the most tokens are sent: the wire's, or the other one once that was refused. */
const maxTokensName = (wire: ChatWire, lacks: ReadonlySet<Feature>): ChatWire["maxTokens"] | null => {
  if (!lacks.has(wire.maxTokens)) return wire.maxTokens;
  const other = wire.maxTokens === "max_tokens" ? "max_completion_tokens" : "max_tokens";
  return lacks.has(other) ? null : other;
};

const maxTokens = ({ maxOutputTokens }: ModelRequest, wire: ChatWire, lacks: ReadonlySet<Feature>): Fields => {
  const name = maxTokensName(wire, lacks);
  return maxOutputTokens === undefined || name === null ? {} : { [name]: maxOutputTokens };
};

/** Sent although it is the default: some servers ignore tools without it. */
const toolChoice = ({ toolChoice = "auto" }: ModelRequest, { anyTool }: ChatWire): unknown => {
  if (toolChoice === "required") return anyTool;
  return typeof toolChoice === "string" ? toolChoice : { type: "function", function: { name: toolChoice.name } };
};

const responseFormat = ({ responseSchema }: ModelRequest, lacks: ReadonlySet<Feature>): Fields => {
  if (responseSchema === undefined) return {};
  if (!lacks.has("json_schema")) {
    const { name, schema } = responseSchema;
    return { response_format: { type: "json_schema", json_schema: { name, schema } } };
  }
  return lacks.has("json_object") ? {} : { response_format: { type: "json_object" } };
};
