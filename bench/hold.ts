/**
 * The client for idle streams, in its own process. Opens the streams, prints `held`, holds them until its input has a
 * line, then prints a `HoldResult` and closes them. Its argument is a `Hold` as JSON.
 */
import { type ExchangeRequest, exchange } from "./exchange.ts";

export interface Hold {
  readonly streams: number;
  /** Sent in turn until there are enough streams. `#` in a body is replaced by the stream's number. */
  readonly requests: readonly Pick<ExchangeRequest, "url" | "method" | "headers" | "body">[];
}

export interface HoldResult {
  /** Streams that were refused, or that ended while they should have been held. */
  readonly lost: number;
  /** What happened to the first failed stream. */
  readonly fault: string | null;
}

/** How many streams may wait for response headers at once. */
const OPENING = 64;

const hold = JSON.parse(String(process.argv[2])) as Hold;
const closing = new AbortController();
let live = 0;
let next = 0;
let fault: string | null = null;

/** Resolves when the headers have arrived and leaves the stream open; also resolves when the request fails. */
const open = (index: number): Promise<void> =>
  new Promise((resolve) => {
    const request = hold.requests[index % hold.requests.length];
    if (request === undefined) throw new Error("There is nothing to ask.");
    const body = request.body === undefined ? {} : { body: request.body.replace("#", String(index)) };
    let mine = 0;
    const onHead = (): void => {
      mine = 1;
      live += 1;
      resolve();
    };
    const onEnd = (reason: string): void => {
      live -= mine;
      fault ??= reason;
      resolve();
    };
    exchange({ ...request, ...body, onHead, signal: closing.signal }).then(
      ({ status }) => onEnd(`ended, status ${status}`),
      (error: unknown) => onEnd(String(error)),
    );
  });

const opener = async (): Promise<void> => {
  while (next < hold.streams) {
    next += 1;
    await open(next - 1);
  }
};
await Promise.all(Array.from({ length: OPENING }, opener));
console.log("held");
for await (const _line of console) break;
const result: HoldResult = { lost: hold.streams - live, fault };
console.log(JSON.stringify(result));
closing.abort();
process.exit(0);
