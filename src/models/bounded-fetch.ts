import { isRecord } from "../domain/json.ts";
import { upstreamFetch } from "../upstream/fetched.ts";
import { tooMuch } from "./answer-meter.ts";
import type { ModelError } from "./contract.ts";
import { DataLines } from "./data-lines.ts";
import { EventBounds } from "./event-bounds.ts";
import { type FailureContext, failureOfReport, garbage } from "./failure.ts";
import { JsonBounds } from "./json-bounds.ts";
import { MessageBounds } from "./message-bounds.ts";

/** How much of an error's body is read, in bytes. The error's code is near the start. */
const MAX_ERROR = 64 * 1024;
/**
 * What is passed on in one turn of the event loop, in bytes: a provider's parser takes 50 µs for an event of a hundred.
 */
const TURN = 16 * 1024;

/** The media type of Amazon's binary event stream. */
const AMAZON_MESSAGES = "application/vnd.amazon.eventstream";

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Returns a `fetch` with bounds for one call of an AI SDK provider. On their own, providers buffer an event until its
 * blank line, parse it whatever it contains, read everything that has arrived in one go, keep all events before the
 * first that emits a part (OpenAI's does), and read the whole body of an error. A response that exceeds the bounds
 * breaks with a ModelError; an error's body ends after 64 KiB. So does a 2xx whose body is JSON and no event stream: it
 * is the failure that the body reports. `emitted` returns how much of the answer has been emitted.
 */
export const boundedFetch = (emitted: () => number, failureContext: FailureContext): typeof fetch => {
  const send = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const response = await upstreamFetch(url, init);
    if (response.body === null) return response;
    const isBinary = response.headers.get("content-type")?.startsWith(AMAZON_MESSAGES) ?? false;
    const bounds = isBinary ? boundMessages(emitted) : boundEvents(emitted, failureContext);
    const bounded = response.body.pipeThrough(response.ok ? bounds : boundWhole());
    const { status, statusText, headers } = response;
    return new Response(bounded, { status, statusText, headers });
  };
  // The SDK's type is Bun's `fetch`, with its properties.
  return Object.assign(send, { preconnect: fetch.preconnect });
};

const boundEvents = (
  emitted: () => number,
  failureContext: FailureContext,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> => {
  const data = new DataLines();
  const bounds = new EventBounds(emitted);
  let left = TURN;
  /** The body's beginning, as long as no event has come. */
  let start: string | undefined = "";
  const decoder = new TextDecoder();
  return new TransformStream({
    async transform(chunk, controller) {
      for (let at = 0; at < chunk.length; ) {
        if (left <= 0) {
          await nextTurn();
          left = TURN;
        }
        const piece = chunk.subarray(at, at + left);
        const lines = data.read(piece);
        const excess = bounds.push(lines, piece.length);
        if (excess !== null) throw tooMuch(excess);
        if (lines.length > 0) {
          start = undefined;
          controller.enqueue(lines);
        } else if (start !== undefined && start.length < MAX_ERROR) start += decoder.decode(piece, { stream: true });
        at += piece.length;
        left -= piece.length;
      }
    },
    flush() {
      if (start !== undefined && /^\s*[{[]/.test(start)) throw failureOfBody(start, failureContext);
    },
  });
};

const boundMessages = (emitted: () => number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> => {
  const bounds = new MessageBounds(emitted);
  return new TransformStream({
    async transform(chunk, controller) {
      for (let at = 0; at < chunk.length; at += TURN) {
        if (at > 0) await nextTurn();
        const piece = chunk.subarray(at, at + TURN);
        const excess = bounds.push(piece);
        if (excess !== null) throw tooMuch(excess);
        controller.enqueue(piece);
      }
    },
  });
};

const failureOfBody = (body: string, failureContext: FailureContext): ModelError => {
  const excess = new JsonBounds().excess(body);
  if (excess !== null) return tooMuch(`is a body with ${excess}`);
  try {
    const report: unknown = JSON.parse(body);
    return failureOfReport(isRecord(report) && report.error ? report.error : report, failureContext);
  } catch {
    return garbage(body);
  }
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
