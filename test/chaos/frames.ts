import { createParser } from "eventsource-parser";

/** One frame of a stream, as a client gets it. */
export interface Frame {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: string;
}

/** How a stream ended: by the client's own will, in order, or cut off. */
export type StreamEnd = "left" | "ended" | "cut";

/**
 * Reads a stream until `onFrame` returns true, or the request is aborted. Never throws. `onRetry` is told how
 * long to wait before coming back, in milliseconds; `onBytes` that something came, comments included.
 */
export const readFrames = async (
  response: Response,
  onFrame: (frame: Frame) => boolean,
  onRetry: (ms: number) => void,
  onBytes: () => void = () => {},
): Promise<StreamEnd> => {
  let isEnough = false;
  const parser = createParser({
    onEvent: ({ id, event, data }) => {
      if (!isEnough) isEnough = onFrame({ id, event, data });
    },
    onRetry,
  });
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  try {
    for (let step = await reader?.read(); step?.done === false; step = await reader?.read()) {
      onBytes();
      parser.feed(decoder.decode(step.value, { stream: true }));
      if (isEnough) return "left";
    }
    return "ended";
  } catch {
    return "cut";
  } finally {
    await reader?.cancel().catch(() => {});
  }
};
