import { isRecord } from "../domain/json.ts";
import type { Body } from "../upstream/contract.ts";
import { cacheMarked } from "./chat-cache.ts";
import { givenBack } from "./chat-opaque.ts";
import { prefillOf } from "./continuation.ts";
import type { ModelMessage, ModelRequest, ToolSpec } from "./contract.ts";
import { imageOf } from "./image.ts";
import { toolInputObject } from "./tool-input.ts";

interface ChatBodyOptions {
  /** What should be kept in the provider's cache is marked. Defaults to false. */
  readonly hasCacheMarks?: boolean;
  /** See `ChatWire.prefill`. Defaults to null. */
  readonly prefill?: object | null;
}

/**
 * Builds the body of a chat-completions request (https://platform.openai.com/docs/api-reference/chat/create), in the
 * variant that every compatible server accepts: role `system`, no `strict`. `fields` say how to answer, `toolFields` how
 * to use the tools (`chat-fields.ts`).
 */
export const chatBody = (
  id: string,
  model: string,
  request: ModelRequest,
  fields: object,
  toolFields: object,
  { hasCacheMarks = false, prefill = null }: ChatBodyOptions = {},
): Body => {
  const begun = prefillOf(request.begun);
  const messages = [
    ...(request.system === "" ? [] : [{ role: "system", content: request.system }]),
    ...chatMessages(id, request.messages),
    ...(begun === null ? [] : [{ role: "assistant", content: begun, ...prefill }]),
  ];
  const json = JSON.stringify({
    model,
    stream: true,
    messages: hasCacheMarks ? cacheMarked(messages) : messages,
    ...fields,
    ...(request.tools.length > 0 && toolFields),
  });
  if (request.tools.length === 0) return json;
  const tools = request.tools.flatMap((tool, at) => (at === 0 ? [toolJson(tool)] : [",", toolJson(tool)]));
  return [`${json.slice(0, -1)},"tools":[`, ...tools, "]}"];
};

/**
 * Opaque state is sent back in turns that called tools. In other turns no server needs it, and some refuse
 * it there (deepseek-reasoner).
 */
const chatMessages = (id: string, messages: readonly ModelMessage[]): object[] => {
  let hasCalled = false;
  return messages.map((message) => {
    if (message.role !== "assistant") {
      if (message.role === "user") hasCalled = false;
      return chatMessage(message);
    }
    hasCalled ||= message.toolCalls.length > 0;
    return assistantMessage(message, hasCalled ? givenBack(message, id) : undefined);
  });
};

type Assistant = Extract<ModelMessage, { role: "assistant" }>;

/** Some servers refuse `tool_calls: []`, and `content: ""` beside calls. */
const assistantMessage = ({ content, toolCalls }: Assistant, returned: ReturnType<typeof givenBack>): object =>
  toolCalls.length === 0
    ? { ...returned?.message, role: "assistant", content }
    : {
        ...returned?.message,
        role: "assistant",
        content: content === "" ? null : content,
        tool_calls: toolCalls.map(({ id, name, input }, at) => {
          const others = returned?.call(at);
          const fn = { name, arguments: JSON.stringify(toolInputObject(input)) };
          return { ...others, id, type: "function", function: { ...(others?.function as object | undefined), ...fn } };
        }),
      };

const chatMessage = (message: Exclude<ModelMessage, Assistant>): object => {
  switch (message.role) {
    case "user":
      return {
        role: "user",
        content: userContent(message.content, message.images),
      };
    case "tool":
      return {
        role: "tool",
        tool_call_id: message.toolCallId,
        content: toolContent(message.output, message.isError),
      };
  }
};

/** Plain text stays a plain string: small servers do not support content parts. */
const userContent = (text: string, images: readonly string[]): string | object[] =>
  images.length === 0 ? text : [{ type: "text", text }, ...images.map(imageContent)];

/** Passed on unchanged, once it is known to be a picture's address or the picture itself. */
const imageContent = (image: string): object => {
  imageOf(image);
  return { type: "image_url", image_url: { url: image } };
};

/** The API has no mark for a failed call, so the content states it. */
const toolContent = (output: unknown, isError: boolean): string => {
  if (isError) return JSON.stringify(isRecord(output) && "error" in output ? output : { error: output ?? null });
  return typeof output === "string" ? output : JSON.stringify(output ?? null);
};

/**
 * A tool is offered in every call and its schema is long: its JSON is made once, and as bytes. As text, one character
 * that is not Latin would make all of the body wide, and slow to encode.
 */
const toolJson = (tool: ToolSpec): Uint8Array => {
  const made = toolJsons.get(tool);
  if (made !== undefined) return made;
  const { name, description, input } = tool;
  const json = JSON.stringify({ type: "function", function: { name, description, parameters: input } });
  const bytes = new TextEncoder().encode(json);
  toolJsons.set(tool, bytes);
  return bytes;
};
const toolJsons = new WeakMap<ToolSpec, Uint8Array>();
