import http, { type IncomingMessage, type RequestOptions } from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import type { Reach } from "./reach.ts";
import { notPublic } from "./target.ts";

/** Bytes of an answer's head. Node's own bound, 16 KiB, is too narrow for some honest pages. */
const MAX_HEAD = 32_768;

/** `deflate` is not asked for, because some servers send it bare and some with zlib's frame. */
const HEADERS = {
  "user-agent": "Yeoul",
  accept: "text/html,application/xhtml+xml,text/markdown,text/plain,application/pdf;q=0.9",
  "accept-encoding": "gzip, br",
};

/**
 * Sends one GET and gives the head of its answer; follows nothing. Every address that the name stands for must be allowed,
 * or none is tried; and not a byte of the request leaves before the address at the other end of the connection has been
 * found allowed as well. Rejects with an UnreadableError when one is not, with the connection's error, or with an
 * AbortError, and closes the connection; abort the signal to close it later.
 *
 * `node:http`, because Bun's `fetch` goes through the environment's proxies and does not say whom it reached.
 */
export const get = (url: URL, reach: Reach, signal: AbortSignal): Promise<IncomingMessage> => {
  const options: RequestOptions & https.RequestOptions = {
    agent: false,
    headers: HEADERS,
    lookup: lookupWithin(reach),
    maxHeaderSize: MAX_HEAD,
    // Said, because NODE_TLS_REJECT_UNAUTHORIZED=0 would have it otherwise.
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

/** Never asked when the host is an address; `targetOf` has looked at that. */
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
