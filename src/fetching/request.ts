import http, { type IncomingMessage, type RequestOptions } from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import type { Reach } from "./reach.ts";
import { notPublic } from "./target.ts";

/** The bound of a response's head in bytes. Node's default, 16 KiB, is too small for some honest pages. */
const MAX_HEAD = 32_768;

/** `deflate` is left out, because some servers send it raw and some with zlib's header. */
const HEADERS = {
  "user-agent": "Yeoul",
  accept: "text/html,application/xhtml+xml,text/markdown,text/plain,application/pdf;q=0.9",
  "accept-encoding": "gzip, br",
};

/**
 * Sends one GET and returns the head of the response; follows no redirect. Every address that the name resolves to must
 * be allowed, or none is tried; and no byte of the request is sent before the address of the connection has been
 * checked as well. Rejects with an UnreadableError when one is not allowed, with the connection's error, or with an
 * AbortError, and closes the connection; abort the signal to close it later.
 *
 * Uses `node:http`, because Bun's `fetch` goes through the environment's proxies and does not report the address that
 * it reached.
 */
export const get = (url: URL, reach: Reach, signal: AbortSignal): Promise<IncomingMessage> => {
  const options: RequestOptions & https.RequestOptions = {
    agent: false,
    headers: HEADERS,
    lookup: lookupWithin(reach),
    maxHeaderSize: MAX_HEAD,
    // Set explicitly, because NODE_TLS_REJECT_UNAUTHORIZED=0 would turn it off.
    rejectUnauthorized: true,
    signal,
    ...(reach.authority === undefined ? {} : { ca: reach.authority }),
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "https:" ? https : http).request(url, options, resolve);
    request.on("error", reject);
    request.on("socket", (socket) => {
      socket.once("connect", () => {
        if (reach.allowsAddress(socket.remoteAddress ?? "")) request.end();
        else request.destroy(notPublic());
      });
    });
  });
};

/** Not called when the host is an address; `targetOf` has checked that. */
const lookupWithin =
  (reach: Reach): LookupFunction =>
  (host, { all }, done) => {
    reach.lookup(host).then(
      (places) => {
        const [first] = places;
        if (first === undefined || !places.every(({ address }) => reach.allowsAddress(address))) done(notPublic(), "");
        else if (all) done(null, [...places]);
        else done(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => done(error, ""),
    );
  };
