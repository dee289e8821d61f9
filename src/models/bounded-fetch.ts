import { upstreamFetch } from "../upstream/fetched.ts";
import { ModelError } from "./contract.ts";

/** Longest event, in bytes; past it the stream counts as garbage. OpenAI's last one holds the whole answer, and what it was asked. */
const MAX_EVENT = 8 * 1024 * 1024;
/** Of an error's body, so much is read, in bytes. Its code stands at the start. */
const MAX_ERROR = 64 * 1024;
/** The longest end of a piece in which a blank line may have begun: CR LF CR. */
const TAIL = 3;

/**
 * `fetch` for the AI SDK's providers, which hold whatever comes until an event's blank line, and all of an error. An event of
 * more than 8 MiB breaks the stream with a ModelError; an error's body ends after 64 KiB.
 */
export const boundedFetch: typeof upstreamFetch = async (url, init) => {
  const response = await upstreamFetch(url, init);
  if (response.body === null) return response;
  const bounded = response.body.pipeThrough(response.ok ? boundEvents() : boundWhole());
  const { status, statusText, headers } = response;
  return new Response(bounded, { status, statusText, headers });
};

const boundEvents = (): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> => {
  let size = 0;
  let tail = Buffer.alloc(0);
  return new TransformStream({
    transform(chunk, controller) {
      const seen = Buffer.concat([tail, chunk]);
      const blank = Math.max(seen.lastIndexOf("\n\n"), seen.lastIndexOf("\r\n\r\n"), seen.lastIndexOf("\r\r"));
      size = blank < 0 ? size + chunk.length : seen.length - blank;
      if (size > MAX_EVENT) {
        const message = "The model service sent something unreadable.";
        throw new ModelError("model_unavailable", message, {
          retryable: false,
          cause: new Error("an event is too long"),
        });
      }
      tail = seen.subarray(-TAIL);
      controller.enqueue(chunk);
    },
  });
};

const boundWhole = (): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> => {
  let left = MAX_ERROR;
  return new TransformStream({
    transform(chunk, controller) {
      controller.enqueue(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) controller.terminate();
    },
  });
};
