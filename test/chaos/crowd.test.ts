import { expect, test } from "bun:test";
import { readerOf } from "./crowd.ts";
import { randomFrom } from "./random.ts";

const SIZE = { words: [20, 80], pauseMs: [10, 60] } as const;

test("a seed draws the same questions, whichever round of a process it is", () => {
  const drawn = (name: string, seed: number) =>
    Array.from({ length: 8 }, (_, thread) => ({
      ...readerOf(name, thread, 0, randomFrom(seed), SIZE).question,
      id: thread,
    }));
  expect(drawn("c2", 7)).toEqual(drawn("c1", 7));
  expect(drawn("c1", 8)).not.toEqual(drawn("c1", 7));
});
