import type { Upload } from "../domain/document.ts";
import { UnreadableError } from "../domain/unreadable.ts";
import type { JobOwner } from "../workers/worker-pool.ts";
import type { ReadOptions, ReadUpload, ReadUploadInChunks } from "./contract.ts";
import { charsetOf, isSpreadsheet, typeOf } from "./media-type.ts";
import type { Source } from "./read.ts";
import { type ReadingLimits, ReadingWorkers } from "./reading-workers.ts";

/** The maximum size of an upload, in bytes. */
export const MAX_UPLOAD_BYTES = 20 * 1024 * 1024;

/** A page takes milliseconds, a book of a thousand pages some ten seconds, 20 MB of text a few. */
const LIMITS: ReadingLimits = { pageMs: 3_000, pagesMs: 60_000, otherMs: 15_000 };

export interface Reader {
  readonly read: ReadUpload;
  readonly readChunks: ReadUploadInChunks;
}

export interface ReaderOptions extends ReadingLimits {
  readonly workers: number;
}

/**
 * Returns a reader with worker threads of its own, 2 by default, which start with the first files. Open one per
 * process: all users share its threads.
 */
export const openReader = ({ workers = 2, ...limits }: Partial<ReaderOptions> = {}): Reader => {
  const thread = new ReadingWorkers({ ...LIMITS, ...limits }, workers);
  return {
    read: async (upload, options) =>
      await thread.run("read", sourceOf(upload, options.baseUrl), jobOwnerOf(upload, options)),
    readChunks: async (upload, options) =>
      await thread.run("chunks", sourceOf(upload, options.baseUrl), jobOwnerOf(upload, options)),
  };
};

/** Buffers of up to this many bytes are copied: that is as fast as transferring them. */
const SMALL = 64 * 1024;

const jobOwnerOf = ({ bytes }: Upload, { userId = "", signal, onTaken }: ReadOptions): JobOwner => {
  const { buffer, length } = bytes;
  // A buffer that is larger than the upload also holds other data and cannot be transferred.
  const isOwn = buffer instanceof ArrayBuffer && buffer.byteLength === length && length > SMALL;
  return { userId, signal, bytes: length, give: isOwn ? [buffer] : [], ...(onTaken && { onTaken }) };
};

/** Throws an UnreadableError for a file that needs no worker to be refused. */
const sourceOf = (upload: Upload, baseUrl: string | undefined): Source => {
  const { bytes, mediaType } = upload;
  if (bytes.length > MAX_UPLOAD_BYTES) {
    throw new UnreadableError("too_large", `The file is larger than ${MAX_UPLOAD_BYTES / 1024 / 1024} MiB. Split it.`);
  }
  if (bytes.length === 0) throw new UnreadableError("empty", "The file is empty.");
  const type = typeOf(upload);
  return { type, bytes, charset: charsetOf(mediaType), baseUrl, isSheet: isSpreadsheet(upload) };
};
