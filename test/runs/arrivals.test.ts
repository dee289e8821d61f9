import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Arrivals, EACH_TURN } from "../../src/runs/arrivals.ts";

const turnOfLoop = () => new Promise(setImmediate);

describe("arrivals", () => {
  test("as many as allowed are admitted at once, and the others in the next turns, in order", async () => {
    const arrivals = new Arrivals();
    const taken: number[] = [];
    const perTurn: number[] = [];
    for (let at = 0; at < 2 * EACH_TURN + 5; at++) {
      const wait = arrivals.enter();
      if (wait === undefined) taken.push(at);
      else void wait.then(() => taken.push(at));
    }
    for (let turn = 0; turn < 4; turn++) {
      perTurn.push(taken.length);
      await turnOfLoop();
    }
    expect(perTurn).toEqual([EACH_TURN, 2 * EACH_TURN, 2 * EACH_TURN + 5, 2 * EACH_TURN + 5]);
    expect(taken).toEqual([...taken].sort((a, b) => a - b));
  });

  test("those that come one after another, with turns in between, do not wait", async () => {
    const arrivals = new Arrivals();
    for (let at = 0; at < 3 * EACH_TURN; at++) {
      expect(arrivals.enter()).toBeUndefined();
      await turnOfLoop();
    }
  });

  test("in any pattern, none is overtaken, none is left out, and no turn takes more than its share", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 3 * EACH_TURN }), { maxLength: 8 }), async (comings) => {
        const arrivals = new Arrivals();
        const taken: number[] = [];
        let come = 0;
        let before = 0;
        const checkTurn = async () => {
          await turnOfLoop();
          expect(taken.length - before).toBeLessThanOrEqual(2 * EACH_TURN);
          before = taken.length;
        };
        for (const coming of comings) {
          for (let i = 0; i < coming; i++) {
            const at = come++;
            const wait = arrivals.enter();
            if (wait === undefined) taken.push(at);
            else void wait.then(() => taken.push(at));
          }
          await checkTurn();
        }
        for (let turn = 0; turn <= come / EACH_TURN; turn++) await checkTurn();
        expect(taken).toEqual(Array.from({ length: come }, (_, at) => at));
      }),
    );
  });
});
