import type { Upload } from "../domain/document.ts";
import { UnreadableError } from "../domain/unreadable.ts";
import type { JobOwner } from "../workers/worker-pool.ts";
import type { ReadOptions, ReadUpload, ReadUploadInChunks } from "./contract.ts";
import { charsetOf, isSpreadsheet, typeOf } from "./media-type.ts";
import type { Source } from "./read.ts";
import { type ReadingLimits, ReadingWorkers } from "./reading-workers.ts";

/** What may be submitted, in bytes. */
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

/** A reader with threads of its own, 2 unless told, which start with the first files. One for the process: its threads are shared by all users. */
export const openReader = ({ workers = 2, ...limits }: Partial<ReaderOptions> = {}): Reader => {
  const thread = new ReadingWorkers({ ...LIMITS, ...limits }, workers);
  return {
    read: async (upload, options) =>
      await thread.run("read", sourceOf(upload, options.baseUrl), askerOf(upload, options)),
    readChunks: async (upload, options) =>
      await thread.run("pieces", sourceOf(upload, options.baseUrl), askerOf(upload, options)),
  };
};

/** Less than this is copied as quickly as it is given away, in bytes. */
const SMALL = 64 * 1024;

const askerOf = ({ bytes }: Upload, { userId = "", signal, onTaken }: ReadOptions): JobOwner => {
  const { buffer, length } = bytes;
  // Of a buffer that holds more, the rest is somebody else's.
  const isOwn = buffer instanceof ArrayBuffer && buffer.byteLength === length && length > SMALL;
  return { userId, signal, bytes: length, give: isOwn ? [buffer] : [], ...(onTaken && { onTaken }) };
};

/** Throws an UnreadableError for what no thread need be asked about. */
const sourceOf = (upload: Upload, baseUrl: string | undefined): Source => {
  const { bytes, mediaType } = upload;
  if (bytes.length > MAX_UPLOAD_BYTES) {
    throw new UnreadableError("too_large", `The file is larger than ${MAX_UPLOAD_BYTES / 1024 / 1024} MiB. Split it.`);
  }
  if (bytes.length === 0) throw new UnreadableError("empty", "The file is empty.");
  const type = typeOf(upload);
  return { type, bytes, charset: charsetOf(mediaType), baseUrl, isSheet: isSpreadsheet(upload) };
};
