import type { ModelRequest } from "../contract.ts";

const GO_ON =
  "Your last message was cut off before it was complete. Go on with it from exactly where it stops: write the very next " +
  "character first, repeat nothing, and do not mention the interruption.";

/** Asks in words for the rest of an answer that was cut off. */
export const begunInWords = ({ begun, messages, ...request }: ModelRequest): ModelRequest =>
  begun === undefined
    ? { ...request, messages }
    : {
        ...request,
        messages: [
          ...messages,
          { role: "assistant", content: begun, toolCalls: [] },
          { role: "user", content: GO_ON, images: [] },
        ],
      };
