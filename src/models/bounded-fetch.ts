import { upstreamFetch } from "../upstream/fetched.ts";
import { tooMuch } from "./answer-meter.ts";
import { EventBounds } from "./event-bounds.ts";

/** How much of an error's body is read, in bytes. The error's code is near the start. */
const MAX_ERROR = 64 * 1024;
/**
 * What is passed on in one turn of the event loop, in bytes: a provider's parser takes 50 µs for an event of a hundred.
 */
const TURN = 16 * 1024;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * A `fetch` with bounds for the AI SDK's providers. On their own, they buffer an event until its blank line, parse it
 * whatever it contains, read everything that has arrived in one go, and read the whole body of an error. An event that
 * exceeds the bounds breaks the stream with a ModelError; an error's body ends after 64 KiB.
 */
export const boundedFetch: typeof upstreamFetch = async (url, init) => {
  const response = await upstreamFetch(url, init);
  if (response.body === null) return response;
  const bounded = response.body.pipeThrough(response.ok ? boundEvents() : boundWhole());
  const { status, statusText, headers } = response;
  return new Response(bounded, { status, statusText, headers });
};

const boundEvents = (): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> => {
  const bounds = new EventBounds();
  let left = TURN;
  return new TransformStream({
    async transform(chunk, controller) {
      for (let at = 0; at < chunk.length; ) {
        if (left <= 0) {
          await nextTurn();
          left = TURN;
        }
        const piece = chunk.subarray(at, at + left);
        const excess = bounds.push(piece);
        if (excess !== null) throw tooMuch(`holds an event with ${excess}`);
        controller.enqueue(piece);
        at += piece.length;
        left -= piece.length;
      }
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
