import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import fc from "fast-check";
import { ThreadId, threadIdOf, threadKey, UserId, userOf } from "../../src/domain/thread.ts";

const characters = (text: fc.Arbitrary<string>, schema: typeof UserId) => text.filter((id) => Value.Check(schema, id));
const userId = characters(fc.string({ unit: "binary", minLength: 1, maxLength: 20 }), UserId);
const threadId = characters(fc.string({ unit: "binary", minLength: 1, maxLength: 20 }), ThreadId);

describe("a thread's key", () => {
  test("can be split again, for any two ids", () => {
    fc.assert(
      fc.property(userId, threadId, (user, thread) => {
        const key = threadKey(user, thread);
        expect([userOf(key), threadIdOf(key)]).toEqual([user, thread]);
      }),
    );
    const key = threadKey("u", "a:b:c");
    expect([userOf(key), threadIdOf(key)]).toEqual(["u", "a:b:c"]);
  });

  test("differs for another user or another thread", () => {
    fc.assert(
      fc.property(userId, threadId, userId, threadId, (user, thread, user2, thread2) => {
        expect(threadKey(user, thread) === threadKey(user2, thread2)).toBe(user === user2 && thread === thread2);
      }),
    );
  });
});

describe("ids", () => {
  test("of users have 1 to 128 characters without colons and control characters", () => {
    for (const id of ["u", "김철수", "a b", "x".repeat(128), "user@example.org"])
      expect(Value.Check(UserId, id)).toBe(true);
    for (const id of ["", "a:b", ":", "a\nb", "a\0", "\u007f", "\u0085", "x".repeat(129)])
      expect(Value.Check(UserId, id)).toBe(false);
  });

  test("of threads have 1 to 256 characters and may contain colons", () => {
    for (const id of ["t", "a:b", ":", "x".repeat(256)]) expect(Value.Check(ThreadId, id)).toBe(true);
    for (const id of ["", "a\rb", "\0", "\u009f", "x".repeat(257)]) expect(Value.Check(ThreadId, id)).toBe(false);
  });
});
