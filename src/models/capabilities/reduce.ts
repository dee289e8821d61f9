import type { ModelSettings } from "../../domain/model-settings.ts";
import type { ModelMessage, ModelRequest } from "../contract.ts";
import { begunInWords } from "./begun-in-words.ts";
import { callsAsText } from "./calls-as-text.ts";
import type { Feature } from "./feature.ts";
import { hasState, isForeignCall, withoutState } from "./state.ts";

type Lacks = ReadonlySet<Feature>;

/** Returns the features that a request uses, whatever the provider's wire. The adapter adds those of its wire. */
export const featuresOf = (request: ModelRequest): readonly Feature[] => {
  const { tools, system, messages, responseSchema } = request;
  return [
    ...settingsOf(request),
    ...when("parallel_tool_calls", tools.length > 0 && request.parallelToolCalls !== undefined),
    ...when("json_schema", responseSchema !== undefined),
    ...when("tools", tools.length > 0),
    ...when("system_role", system !== ""),
    ...when("opaque_state", messages.some(hasState)),
    ...when("foreign_calls", messages.some(isForeignCall)),
    ...when("prefill", request.begun !== undefined),
    ...when(
      "images",
      messages.some((message) => message.role === "user" && message.images.length > 0),
    ),
  ];
};

const when = (feature: Feature, isUsed: boolean): readonly Feature[] => (isUsed ? [feature] : []);

const SETTINGS = {
  temperature: "temperature",
  topP: "top_p",
  stop: "stop",
  seed: "seed",
  reasoning: "reasoning_effort",
} as const satisfies Partial<Record<keyof ModelSettings, Feature>>;
const SETTING_NAMES = Object.keys(SETTINGS) as readonly (keyof typeof SETTINGS)[];

const settingsOf = (request: ModelRequest): readonly Feature[] =>
  SETTING_NAMES.flatMap((name) => (request[name] === undefined ? [] : SETTINGS[name]));

/**
 * Returns the request without what the model lacks. Where words can stand in for a feature, they do: for the system
 * role, a schema, a picture and the tool calls of earlier turns.
 */
export const reduced = (request: ModelRequest, lacks: Lacks): ModelRequest => {
  if (lacks.size === 0) return request;
  let rest = withoutSettings(request, lacks);
  if (lacks.has("tool_choice")) rest = withoutToolChoice(rest);
  if (lacks.has("tools")) rest = withoutTools(rest);
  if (lacks.has("foreign_calls")) rest = { ...rest, messages: callsAsText(rest.messages, isForeignCall) };
  if (lacks.has("json_schema")) rest = withSchemaInWords(rest);
  if (lacks.has("opaque_state")) rest = { ...rest, messages: rest.messages.map(withoutState) };
  if (lacks.has("prefill")) rest = begunInWords(rest);
  if (lacks.has("images")) rest = { ...rest, messages: rest.messages.map(withoutImages) };
  return lacks.has("system_role") ? withoutSystem(rest) : rest;
};

const withoutSettings = (request: ModelRequest, lacks: Lacks): ModelRequest => {
  const rest: { -readonly [K in keyof ModelRequest]: ModelRequest[K] } = { ...request };
  for (const name of SETTING_NAMES) if (lacks.has(SETTINGS[name])) delete rest[name];
  if (lacks.has("parallel_tool_calls")) delete rest.parallelToolCalls;
  if (lacks.has("max_output_tokens")) delete rest.maxOutputTokens;
  return rest;
};

const withoutToolChoice = ({ toolChoice, ...rest }: ModelRequest): ModelRequest =>
  toolChoice === "none" ? { ...rest, tools: [] } : rest;

/** Earlier calls become text, because a server without tools refuses them in the history too. */
export const withoutTools = ({
  toolChoice: _,
  parallelToolCalls: __,
  messages,
  ...rest
}: ModelRequest): ModelRequest => ({ ...rest, tools: [], messages: callsAsText(messages, () => true) });

const withSchemaInWords = (request: ModelRequest): ModelRequest => {
  if (request.responseSchema === undefined) return request;
  const words = `Answer with JSON alone, without a code fence. It must match this JSON Schema: ${JSON.stringify(request.responseSchema.schema)}`;
  return { ...request, system: request.system === "" ? words : `${request.system}\n\n${words}` };
};

const withoutImages = (message: ModelMessage): ModelMessage => {
  if (message.role !== "user" || message.images.length === 0) return message;
  const note = "(A picture was attached here, and you cannot see it. Say so if the answer depends on it.)";
  return { ...message, content: message.content === "" ? note : `${message.content}\n\n${note}`, images: [] };
};

const withoutSystem = ({ system, messages, ...rest }: ModelRequest): ModelRequest => {
  if (system === "") return { ...rest, system, messages };
  const [first, ...others] = messages;
  return first?.role === "user"
    ? { ...rest, system: "", messages: [{ ...first, content: `${system}\n\n${first.content}` }, ...others] }
    : { ...rest, system: "", messages: [{ role: "user", content: system, images: [] }, ...messages] };
};
