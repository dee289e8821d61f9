import type { IncomingMessage } from "node:http";
import type { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { MIMEType } from "node:util";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { UnreadableError } from "../domain/unreadable.ts";

/** In bytes. */
export interface ContentBounds {
  /** Of the body as it is sent. */
  readonly sent: number;
  /** Of the body once it is decompressed. */
  readonly whole: number;
}

const READABLE = new Set([
  "application/pdf",
  "application/xhtml+xml",
  "text/html",
  "text/markdown",
  "text/plain",
  "text/x-markdown",
]);

/** By the name in `content-encoding`. No honest page stacks several. */
const DECODERS = new Map<string, () => Transform | null>([
  ["", () => null],
  ["identity", () => null],
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["deflate", createInflate],
  ["br", createBrotliDecompress],
]);

/** Returns the media type in lower case, with the charset if declared: `text/html; charset=euc-kr`. */
export const mediaTypeOf = ({ headers }: IncomingMessage): string => {
  const type = parsed(headers["content-type"] ?? "");
  if (type === null || !READABLE.has(type.essence)) {
    throw new UnreadableError("unsupported", "Only web pages, plain text, Markdown and PDF can be fetched.");
  }
  const charset = type.params.get("charset")?.toLowerCase() ?? "";
  return /^[\w.:-]{1,40}$/.test(charset) ? `${type.essence}; charset=${charset}` : type.essence;
};

const parsed = (text: string): MIMEType | null => {
  try {
    return new MIMEType(text);
  } catch {
    return null;
  }
};

/** Reads the whole body, decompressed. Closes the connection as soon as a bound is exceeded. */
export const bytesOf = async (response: IncomingMessage, bounds: ContentBounds): Promise<Uint8Array> => {
  const decoder = DECODERS.get((response.headers["content-encoding"] ?? "").trim().toLowerCase());
  if (decoder === undefined) {
    throw new UnreadableError("unsupported", "The page's server used a compression that was not requested.");
  }
  if (Number(response.headers["content-length"] ?? 0) > bounds.sent) throw tooLarge();
  const parts: Uint8Array[] = [];
  const collect = async (source: AsyncIterable<Uint8Array>) => {
    for await (const part of source) parts.push(part);
  };
  const through = decoder();
  const [sent, whole] = [atMost(bounds.sent), atMost(bounds.whole)];
  await (through === null
    ? pipeline(response, sent, whole, collect)
    : pipeline(response, sent, through, whole, collect));
  return Bun.concatArrayBuffers(parts, Number.POSITIVE_INFINITY, true);
};

const atMost = (bytes: number) =>
  async function* (source: AsyncIterable<Uint8Array>) {
    let seen = 0;
    for await (const part of source) {
      seen += part.length;
      if (seen > bytes) throw tooLarge();
      yield part;
    }
  };

const tooLarge = (): UnreadableError => new UnreadableError("too_large", "The page is too large to be fetched.");
