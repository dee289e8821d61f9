import { expect, test } from "bun:test";
import fc from "fast-check";
import { instructionsFor } from "../../../src/agents/files/instructions.ts";
import { realSystem } from "../../../src/domain/system.ts";

const known = (userId: string) => ({
  userId,
  locale: "ko" as const,
  system: { ...realSystem, now: () => Date.UTC(2026, 10, 27, 23, 59) },
});

test("user, day and locale are filled in wherever they stand, and nothing else", () => {
  const text = "{{user_id}}{{user_id}}, {{date}} ({{locale}}); {{ date }} {{model}} {{}} {{DATE}} {date}";
  expect(instructionsFor(text, known("u1"))).toBe("u1u1, 2026-11-27 (ko); {{ date }} {{model}} {{}} {{DATE}} {date}");
});

test("a user id is neither read again nor able to begin a line", () => {
  expect(instructionsFor("User: {{user_id}}.", known("{{date}} $& $1"))).toBe("User: {{date}} $& $1.");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (userId) => {
      const filled = instructionsFor("User: {{user_id}}.", known(userId));
      expect(filled).toStartWith("User: ");
      expect(filled.split(/[\n\r\u2028\u2029\u0085\v\f]/)).toHaveLength(1);
    }),
  );
});
