import { UnreadableError } from "../domain/unreadable.ts";
import type { ReadUpload, SplitReading } from "./contract.ts";
import { charsetOf, typeOf } from "./media-type.ts";
import { type ReadingLimits, ReadingThread } from "./thread.ts";

/** What may be handed in, in bytes. */
export const MAX_UPLOAD_BYTES = 20 * 1024 * 1024;

/** A page takes milliseconds, a book of a thousand pages some ten seconds, 20 MB of text a few. */
const LIMITS: ReadingLimits = { pageMs: 3_000, pagesMs: 60_000, otherMs: 15_000 };

export interface Reader {
  readonly read: ReadUpload;
  readonly split: SplitReading;
}

export interface ReaderOptions extends ReadingLimits {
  readonly threads: number;
}

/** A reader with threads of its own, 2 unless told, which start with the first files. One for the process: its threads are shared by all users. */
export const openReader = ({ threads = 2, ...limits }: Partial<ReaderOptions> = {}): Reader => {
  const thread = new ReadingThread({ ...LIMITS, ...limits }, threads);
  return {
    read: async (upload, { userId = "", signal, baseUrl }) => {
      const { bytes, mediaType } = upload;
      if (bytes.length > MAX_UPLOAD_BYTES) {
        throw new UnreadableError(
          "too_large",
          `The file is larger than ${MAX_UPLOAD_BYTES / 1024 / 1024} MiB: split it.`,
        );
      }
      if (bytes.length === 0) throw new UnreadableError("empty", "The file is empty.");
      const source = { type: typeOf(upload), bytes, charset: charsetOf(mediaType), baseUrl };
      return await thread.run({ kind: "read", source }, { userId, signal, bytes: bytes.length });
    },
    split: (reading, { userId = "", signal }) => thread.run({ kind: "split", reading }, { userId, signal }),
  };
};
