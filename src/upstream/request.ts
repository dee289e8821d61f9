import type { UpstreamRequest } from "./contract.ts";

/**
 * Returns the bytes of a POST (RFC 9112). Throws a TypeError when a header's name or value is invalid, for example when
 * it contains a line break. Requests no compression: a compressed stream would arrive in bursts.
 */
export const bytesOf = (url: URL, { headers, body }: Omit<UpstreamRequest, "url" | "signal">): Buffer => {
  const content = Buffer.from(body);
  const head = `${firstLinesOf(url)}content-length: ${content.length}\r\n${givenLinesOf(headers)}\r\n`;
  return Buffer.concat([Buffer.from(head, "latin1"), content]);
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
