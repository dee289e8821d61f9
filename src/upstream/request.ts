import type { Body, UpstreamRequest } from "./contract.ts";

/**
 * Returns the bytes of a POST (RFC 9112). Throws a TypeError when a header's name or value is invalid, for example when
 * it contains a line break. Requests no compression: a compressed stream would arrive in bursts.
 */
export const bytesOf = (url: URL, { headers, body }: Omit<UpstreamRequest, "url" | "signal">): Buffer => {
  const pieces = typeof body === "string" ? [body] : body;
  const length = lengthOf(pieces);
  const head = `${firstLinesOf(url)}content-length: ${length}\r\n${givenLinesOf(headers)}\r\n`;
  const bytes = Buffer.allocUnsafe(head.length + length);
  let at = bytes.write(head, "latin1");
  for (const piece of pieces) {
    if (typeof piece === "string") at += bytes.write(piece, at);
    else {
      bytes.set(piece, at);
      at += piece.length;
    }
  }
  return bytes;
};

const lengthOf = (pieces: Exclude<Body, string>): number => {
  let length = 0;
  for (const piece of pieces) length += typeof piece === "string" ? Buffer.byteLength(piece) : piece.length;
  return length;
};

/** The lines that are the same for all requests to a URL. */
const firstLinesOf = (url: URL): string => {
  const made = firstLines.get(url);
  if (made !== undefined) return made;
  const lines = [
    `POST ${url.pathname}${url.search} HTTP/1.1`,
    `host: ${url.host}`,
    "user-agent: yeoul",
    "accept: text/event-stream, application/json",
    "accept-encoding: identity",
    "content-type: application/json\r\n",
  ].join("\r\n");
  firstLines.set(url, lines);
  return lines;
};
const firstLines = new WeakMap<URL, string>();

/** Headers as they are written. A model's are the same for all its calls. */
const givenLinesOf = (headers: UpstreamRequest["headers"]): string => {
  const made = givenLines.get(headers);
  if (made !== undefined) return made;
  // The platform's own check of names and values.
  const lines = Array.from(new Headers(headers), ([name, value]) => `${name}: ${value}\r\n`).join("");
  givenLines.set(headers, lines);
  return lines;
};
const givenLines = new WeakMap<object, string>();
