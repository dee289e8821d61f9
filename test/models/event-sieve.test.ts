import { expect, test } from "bun:test";
import fc from "fast-check";
import { sievedFetch } from "../../src/models/event-sieve.ts";

/** Passes these pieces of a body through a sieve that drops "drop", and turns "turn" into "turned". */
const sieved = async (pieces: readonly Uint8Array<ArrayBuffer>[], status = 200): Promise<string> => {
  const body = new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const send = Object.assign(async () => new Response(body, { status }), { preconnect: fetch.preconnect });
  const sieve = () => (data: string) => (data === "drop" ? null : data === "turn" ? "turned" : data);
  return (await sievedFetch(send, sieve)("http://x")).text();
};

const bytes = (text: string) => new TextEncoder().encode(text);
const SENT = "data: drop\n\ndata: 여울🌊\n\ndata:turn\n\ndata: two\ndata: lines\n\ndata: drop\n\ndata: rest";
const LEFT = "data: 여울🌊\n\ndata: turned\n\ndata: two\ndata: lines\n\ndata: rest";

test("events are passed, changed or dropped, however the bytes are cut", async () => {
  const all = bytes(SENT);
  expect(await sieved([all])).toBe(LEFT);
  expect(await sieved(Array.from(all, (byte) => Uint8Array.of(byte)))).toBe(LEFT);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(all.length), { maxLength: 8 }), async (cuts) => {
      const bounds = [0, ...cuts.toSorted((a, b) => a - b), all.length];
      expect(await sieved(bounds.slice(1).map((end, at) => all.slice(bounds[at], end)))).toBe(LEFT);
    }),
  );
});

test("the body of an error is passed as it is", async () => {
  expect(await sieved([bytes(SENT)], 400)).toBe(SENT);
});
