import { createHash } from "node:crypto";
import type { ContentPart, Message, PartSource, RunAgentInput } from "@ag-ui/core";
import type { ModelMessage } from "../../models/contract.ts";
import { toolInputObject } from "../../models/tool-input.ts";
import type { Context } from "../context.ts";

/** The version of the protocol that the request follows. Older servers ignore the field. */
const PROTOCOL_VERSION = "1.0" satisfies typeof import("@ag-ui/core").PROTOCOL_VERSION;
/** The key under which the user's id goes along, as with MCP servers. */
const USER_ID = "yeoul/user_id";

/** Returns the request of a run: the thread's history and the turn's message, which is last. */
export const runInputOf = (
  { threadId, runId, userId }: Pick<Context, "threadId" | "runId" | "userId">,
  messages: readonly ModelMessage[],
): RunAgentInput => {
  const ids = new MessageIds();
  return {
    threadId,
    runId,
    protocolVersion: PROTOCOL_VERSION,
    state: {},
    messages: messages.map((message) => messageOf(message, ids)),
    tools: [],
    context: [],
    forwardedProps: { [USER_ID]: userId },
  };
};

const messageOf = (message: ModelMessage, ids: MessageIds): Message => {
  const id = ids.take(message);
  switch (message.role) {
    case "user":
      return { id, role: "user", content: message.images.length === 0 ? message.content : partsOf(message) };
    case "assistant":
      return {
        id,
        role: "assistant",
        content: message.content,
        ...(message.toolCalls.length > 0 && {
          toolCalls: message.toolCalls.map((call) => ({
            id: call.id,
            type: "function",
            function: { name: call.name, arguments: JSON.stringify(toolInputObject(call.input)) },
          })),
        }),
      };
    case "tool": {
      const content = typeof message.output === "string" ? message.output : JSON.stringify(message.output ?? null);
      const { toolCallId } = message;
      return { id, role: "tool", toolCallId, content, ...(message.isError && { error: content }) };
    }
  }
};

const partsOf = ({ content, images }: Extract<ModelMessage, { role: "user" }>): ContentPart[] => [
  { type: "text", text: content },
  ...images.map((image): ContentPart => ({ type: "image", source: sourceOf(image) })),
];

const DATA_URL = /^data:([^;,]+);base64,/;

const sourceOf = (image: string): PartSource => {
  const [head, mimeType] = DATA_URL.exec(image) ?? [];
  return head === undefined || mimeType === undefined
    ? { type: "url", value: image }
    : { type: "data", value: image.slice(head.length), mimeType };
};

/**
 * Names messages by what they say, because history has no ids: a message has the same one in every later turn, so a
 * server with a memory of its own recognizes it.
 */
class MessageIds {
  readonly #counts = new Map<string, number>();

  take(message: ModelMessage): string {
    const digest = createHash("sha256")
      .update(JSON.stringify(identityOf(message)))
      .digest("hex")
      .slice(0, 32);
    const count = (this.#counts.get(digest) ?? 0) + 1;
    this.#counts.set(digest, count);
    return count === 1 ? digest : `${digest}.${count}`;
  }
}

/** What stays the same when pictures are left out of an older turn, or its results are shortened. */
const identityOf = (message: ModelMessage): readonly unknown[] => {
  if (message.role === "tool") return [message.role, message.toolCallId];
  return [message.role, message.content, ...(message.role === "assistant" ? message.toolCalls : [])];
};
