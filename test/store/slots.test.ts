import { expect, test } from "bun:test";
import { Slots } from "../../src/store/drivers/slots.ts";

const isWanted = () => true;

/** Makes so many calls that end when they are told to. */
const callsOf = (slots: Slots, count: number, isWantedAt: (at: number) => boolean = isWanted) => {
  const begun: number[] = [];
  const calls = Array.from({ length: count }, (_, at) => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const work = () => {
      begun.push(at);
      return promise;
    };
    return { end: () => resolve(at), result: slots.enter(work, () => isWantedAt(at)) };
  });
  return { begun, calls };
};

/** Until everything that can go on has gone on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("as many calls are under way as there are slots, and the next begins when one has ended, however it did", async () => {
  const slots = new Slots(2);
  const { begun, calls } = callsOf(slots, 3);
  const failing = slots.enter(async () => {
    throw new Error("fails");
  }, isWanted);
  const last = slots.enter(async () => "last", isWanted);
  await settled();
  expect(begun).toEqual([0, 1]);
  calls[1]?.end();
  await settled();
  expect(begun).toEqual([0, 1, 2]);
  calls[0]?.end();
  expect(await failing.catch((error: Error) => error.message)).toBe("fails");
  expect(await last).toBe("last");
});

test("a call whose caller no longer waits is skipped", async () => {
  const { begun, calls } = callsOf(new Slots(1), 3, (at) => at !== 1);
  calls[0]?.end();
  await settled();
  expect(begun).toEqual([0, 2]);
});

test("once they are open, no call waits for one that never ends", async () => {
  const slots = new Slots(1);
  const { begun } = callsOf(slots, 3);
  slots.open();
  await settled();
  expect(begun).toEqual([0, 1, 2]);
  expect(await slots.enter(async () => "more", isWanted)).toBe("more");
});
