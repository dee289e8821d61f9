import { COME_BACK_FRAME, COMMENT_FRAME, encodeFrame, encodeId, type Frame } from "../wire/encode.ts";
import { type ByteStream, bytes, FixedStream, type StreamStep } from "./byte-stream.ts";

export const COMMENT: StreamStep = bytes(COMMENT_FRAME);
/** What precedes the end of a stream whose run goes on. */
export const COME_BACK: StreamStep = bytes(COME_BACK_FRAME);

/** A stream that has one thing to say. */
export const oneFrame = (frame: Frame): ByteStream => new FixedStream([COMMENT, bytes(encodeFrame(frame))]);

/** The same in a stream whose frames have ids. */
export const oneNamedFrame = (frame: Frame, id: string): ByteStream =>
  new FixedStream([namedComment(id), bytes(encodeFrame({ ...frame, id }))]);

/** How a stream opens whose frames have ids: a reader that is cut off before its first frame knows the run by then. */
export const namedComment = (id: string): StreamStep => bytes(COMMENT_FRAME + encodeId(id));
