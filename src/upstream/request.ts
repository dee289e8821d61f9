import type { UpstreamRequest } from "./contract.ts";

/**
 * The bytes of a POST (RFC 9112). Throws a TypeError when a header's name or value could not stand in one, a line break
 * above all. The response is asked for as it is: a compressed stream would come in lumps.
 */
export const bytesOf = (url: URL, { headers, body }: Omit<UpstreamRequest, "url" | "signal">): Buffer => {
  const lines = [
    `POST ${url.pathname}${url.search} HTTP/1.1`,
    `host: ${url.host}`,
    "user-agent: yeoul",
    "accept: text/event-stream, application/json",
    "accept-encoding: identity",
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  // The platform's own check of names and values.
  new Headers(headers).forEach((value, name) => {
    lines.push(`${name}: ${value}`);
  });
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), Buffer.from(body)]);
};
