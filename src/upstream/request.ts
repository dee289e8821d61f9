import type { UpstreamRequest } from "./contract.ts";

/**
 * Returns the bytes of a POST (RFC 9112). Throws a TypeError when a header's name or value is invalid, for example when
 * it contains a line break. Requests no compression: a compressed stream would arrive in bursts.
 */
export const bytesOf = (url: URL, { headers, body }: Omit<UpstreamRequest, "url" | "signal">): Buffer => {
  const length = Buffer.byteLength(body);
  const lines = [
    `POST ${url.pathname}${url.search} HTTP/1.1`,
    `host: ${url.host}`,
    "user-agent: yeoul",
    "accept: text/event-stream, application/json",
    "accept-encoding: identity",
    "content-type: application/json",
    `content-length: ${length}`,
  ];
  let given = linesOf.get(headers);
  if (given === undefined) {
    // The platform's own check of names and values.
    given = Array.from(new Headers(headers), ([name, value]) => `${name}: ${value}\r\n`).join("");
    linesOf.set(headers, given);
  }
  const head = `${lines.join("\r\n")}\r\n${given}\r\n`;
  const bytes = Buffer.alloc(head.length + length);
  bytes.write(head, "latin1");
  bytes.write(body, head.length);
  return bytes;
};

/** Headers as they are written. A model's are the same for all its calls. */
const linesOf = new WeakMap<object, string>();
