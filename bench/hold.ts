/**
 * The client for quiet streams, in its own process: opens so many, says `held`, keeps them until its input has a line,
 * says how many the server dropped meanwhile, and closes them. Its argument is a `Hold` as JSON.
 */
import { type Ask, exchange } from "./exchange.ts";

export interface Hold {
  readonly streams: number;
  /** Asked in turn until there are enough streams. `#` in a body becomes the stream's number. */
  readonly asks: readonly Pick<Ask, "url" | "method" | "headers" | "body">[];
}

/** How many streams may be on their way to their response's headers at once. */
const OPENING = 64;

const hold = JSON.parse(String(process.argv[2])) as Hold;
const closing = new AbortController();
let opened = 0;
let ended = 0;
let next = 0;

/** Resolves once the headers are there, and leaves the stream open; rejects when they never come. */
const open = (index: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const ask = hold.asks[index % hold.asks.length];
    if (ask === undefined) throw new Error("There is nothing to ask.");
    const body = ask.body?.replace("#", String(index));
    const onHead = (): void => {
      opened += 1;
      resolve();
    };
    exchange({ ...ask, ...(body === undefined ? {} : { body }), onHead, signal: closing.signal }).then(({ status }) => {
      ended += 1;
      reject(new Error(`The stream ended with status ${status}.`));
    }, reject);
  });

const opener = async (): Promise<void> => {
  while (next < hold.streams) {
    next += 1;
    await open(next - 1).catch((error: unknown) => console.error(String(error)));
  }
};
await Promise.all(Array.from({ length: OPENING }, opener));
console.log("held");
for await (const _line of console) break;
console.log(JSON.stringify({ lost: ended + (hold.streams - opened - ended) }));
closing.abort();
process.exit(0);
