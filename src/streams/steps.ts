import { COMMENT_FRAME, encodeFrame, encodeId, type Frame, retryFrame } from "../wire/encode.ts";
import { type ByteStream, bytes, FixedStream, type StreamStep } from "./byte-stream.ts";

export const COMMENT: StreamStep = bytes(COMMENT_FRAME);
/** Precedes the end of a stream whose run goes on: its client comes back after so many milliseconds. */
export const reconnect = (ms: number): StreamStep => bytes(retryFrame(ms));

/** A stream of one frame. */
export const oneFrame = (frame: Frame): ByteStream => new FixedStream([COMMENT, bytes(encodeFrame(frame))]);

/** A stream of one frame in a wire whose frames have ids. */
export const oneNamedFrame = (frame: Frame, id: string): ByteStream =>
  new FixedStream([namedComment(id), bytes(encodeFrame({ ...frame, id }))]);

/** Opens a stream whose frames have ids. A reader that is cut off before its first frame can already name the run. */
export const namedComment = (id: string): StreamStep => bytes(COMMENT_FRAME + encodeId(id));
