import { expect, test } from "bun:test";
import fc from "fast-check";
import { checkSolution } from "../../src/builtin/maths/verify.ts";

test.each<[string[], Record<string, string>, boolean | null, string]>([
  [["2x+3=7"], { x: "2" }, true, "it solves it"],
  [["2x+3=7"], { x: "3" }, false, "it does not"],
  [["x^2=2"], { x: "-sqrt(2)" }, true, "exactly"],
  [["x^2=2"], { x: "1.414" }, true, "as well as its last digit allows"],
  [["x^2=2"], { x: "1.42" }, false, "wrong in its last digit"],
  [["x^2+1=0"], { x: "i" }, true, "a complex number"],
  [["x+y=3", "x-y=1"], { x: "2", y: "1" }, true, "both equations hold"],
  [["x+y=3", "x-y=1"], { x: "1", y: "2" }, false, "one does not"],
  [["x+y=3"], { x: "3-y" }, true, "whatever y is"],
  [["x+y=3"], { x: "2-y" }, false, "for no y"],
  [["x+y=3"], { x: "2" }, null, "y is not known"],
  [["1/x=0"], { x: "0" }, false, "outside the domain"],
  [["sqrt(x)=-2"], { x: "4" }, false, "a false root"],
  [["x="], { x: "4" }, null, "not an equation"],
  [["x=4"], { x: "four(" }, null, "not a value"],
  [[], { x: "4" }, null, "nothing to check"],
  [["x=4"], {}, null, "nothing to check with"],
])("%p with %p: %p, %s", (equations, values, verdict) => {
  expect(checkSolution(equations, values)).toBe(verdict);
});

test("never throws", () => {
  const text = fc.oneof(
    fc.string({ maxLength: 30 }),
    fc.string({ unit: fc.constantFrom(..."x01.+-*/^()=|i"), maxLength: 20 }),
  );
  fc.assert(
    fc.property(text, text, (equation, value) => {
      expect([true, false, null]).toContain(checkSolution([equation], { x: value }));
    }),
    { numRuns: 2000 },
  );
});
