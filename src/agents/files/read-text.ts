import { open } from "node:fs/promises";
import { systemErrorText } from "./system-error.ts";

type ReadText =
  | { readonly text: string }
  /** `message` completes "the file …". */
  | { readonly line: number | null; readonly message: string };

/** Reads a file of UTF-8, without its byte order mark. Reads no more than `maxBytes`, whatever it holds. Never throws. */
export const readText = async (path: string, maxBytes: number): Promise<ReadText> => {
  let bytes: Uint8Array;
  try {
    bytes = await readAtMost(path, maxBytes + 1);
  } catch (error) {
    return { line: null, message: systemErrorText(error, "file") };
  }
  if (bytes.length > maxBytes)
    return { line: null, message: `is larger than ${maxBytes / 1024} KiB: shorten it, or move parts to other files` };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { line: firstBadLine(bytes), message: "is not UTF-8 there: save it in that encoding" };
  }
};

/** A file may grow, or be larger than its size says, so its size is not asked for. */
const readAtMost = async (path: string, most: number): Promise<Uint8Array> => {
  const file = await open(path);
  try {
    const chunks: Uint8Array[] = [];
    let length = 0;
    while (length < most) {
      const { buffer, bytesRead } = await file.read(new Uint8Array(Math.min(65_536, most - length)));
      if (bytesRead === 0) break;
      chunks.push(buffer.subarray(0, bytesRead));
      length += bytesRead;
    }
    return Buffer.concat(chunks);
  } finally {
    await file.close();
  }
};

/** The line of the first byte that is not UTF-8. */
const firstBadLine = (bytes: Uint8Array): number => {
  let line = 1;
  let begin = 0;
  // No byte of a longer character is a line feed, so lines can be judged one by one.
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, begin)) {
    if (!isUtf8(bytes.subarray(begin, end))) return line;
    begin = end + 1;
    line++;
  }
  return line;
};

const isUtf8 = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
};
