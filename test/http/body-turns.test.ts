import { expect, test } from "bun:test";
import { BodyTurns } from "../../src/http/request/body-turns.ts";

const CHUNK = 512 * 1024;
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("bodies that have all arrived are taken a mebibyte or so in each turn of the event loop, in order", async () => {
  const turns = new BodyTurns();
  const bodies = 16;
  const chunks = 5;
  const taken: number[] = [];
  let ended = 0;
  const receive = async (body: number): Promise<void> => {
    for (let chunk = 0; chunk < chunks; chunk++) {
      taken.push(body);
      await turns.take(CHUNK);
    }
    ended += 1;
  };
  const all = Promise.all(Array.from({ length: bodies }, (_, body) => receive(body)));
  for (let before = taken.length; ended < bodies; before = taken.length) {
    await nextTurn();
    expect(taken.length - before).toBeLessThanOrEqual(2);
  }
  await all;
  expect(taken).toHaveLength(bodies * chunks);
  // Nobody is a whole round behind.
  const last = Array.from({ length: bodies }, (_, body) => taken.lastIndexOf(body));
  expect(Math.min(...last)).toBeGreaterThanOrEqual(bodies * (chunks - 1) - chunks);
});

test("a body alone waits only for a turn that it has used up", async () => {
  const turns = new BodyTurns();
  expect(turns.take(CHUNK)).toBeUndefined();
  const used = turns.take(CHUNK);
  expect(used).toBeInstanceOf(Promise);
  await used;
  expect(turns.take(CHUNK)).toBeUndefined();
});
