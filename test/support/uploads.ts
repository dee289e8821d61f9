import type { Upload } from "../../src/domain/document.ts";
import { UnreadableError } from "../../src/domain/unreadable.ts";
import type { Reader } from "../../src/reading/reader.ts";

const never = new AbortController().signal;

/** A file with this name and content; text is encoded as UTF-8. */
export const upload = (name: string, content: string | Uint8Array, mediaType = ""): Upload => ({
  name,
  mediaType,
  bytes: typeof content === "string" ? new TextEncoder().encode(content) : content,
});

/** Reads uploads with `reader`, and returns its readings and refusals. */
export const readingWith = (reader: Reader) => {
  const read = (...given: Parameters<typeof upload>) => reader.read(upload(...given), { signal: never });
  const chunks = (...given: Parameters<typeof upload>) => reader.readChunks(upload(...given), { signal: never });
  const failureOf = async (...given: Parameters<typeof upload>): Promise<UnreadableError> => {
    const thrown = await chunks(...given).catch((error: unknown) => error);
    if (thrown instanceof UnreadableError) return thrown;
    throw new Error("It was read", { cause: thrown });
  };
  return { read, chunks, failureOf };
};
