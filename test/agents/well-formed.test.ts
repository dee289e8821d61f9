import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { CUT_OFF, FILLER, wellFormed } from "../../src/agents/well-formed.ts";
import { anyMessages, assistant, result, user } from "../support/messages.ts";
import { refusalOf } from "../support/strict-server.ts";

const endOf = (messages: ReturnType<typeof wellFormed>) =>
  messages.at(-1)?.role === "assistant" ? "assistant" : "user";

describe("messages", () => {
  test("of any kind and order become messages that the strictest server accepts, and a second pass changes nothing", () => {
    fc.assert(
      fc.property(anyMessages, (given) => {
        const formed = wellFormed(given);
        expect(refusalOf(formed, endOf(formed))).toBeNull();
        expect(wellFormed(formed)).toEqual(formed);
      }),
      { numRuns: 2_000 },
    );
  });

  test("lose none of their texts, and keep each result with its call", () => {
    fc.assert(
      fc.property(anyMessages, (given) => {
        const formed = JSON.stringify(wellFormed(given));
        for (const message of given) {
          if (message.role !== "tool" && message.content.trim() !== "") expect(formed).toContain(message.content);
        }
      }),
    );
    const messages = [user("q"), assistant("", ["c1", "c2"]), result("c2"), result("c1")];
    expect(wellFormed(messages)).toEqual([user("q"), assistant("", ["c1", "c2"]), result("c1"), result("c2")]);
  });

  test("that are well formed are the same afterwards", () => {
    const state = { model: "m", data: { signature: "s" } };
    const messages = [
      user("q", ["data:,"]),
      assistant("Let me see.", ["c1"], state),
      result("c1"),
      assistant("There."),
      user("and?"),
    ];
    expect(wellFormed(messages)).toEqual(messages);
  });

  test("of one role in a row are joined, or stay separate where an empty one stood between them", () => {
    expect(wellFormed([user("a", ["data:,1"]), user("b", ["data:,2"])])).toEqual([
      user("a\n\nb", ["data:,1", "data:,2"]),
    ]);
    expect(wellFormed([user("a"), assistant("b"), assistant("c", ["c1"]), result("c1")])).toEqual([
      user("a"),
      assistant("b\n\nc", ["c1"]),
      result("c1"),
    ]);
    const apart = [user("a"), assistant(FILLER.assistant), user("b")];
    expect(wellFormed([user("a"), assistant(" "), user("b")])).toEqual(apart);
    expect(wellFormed([user("a"), assistant("b"), user(""), assistant("c")])).toEqual([
      ...[user("a"), assistant("b"), user(FILLER.user), assistant("c")],
    ]);
    expect(wellFormed([assistant("b"), user("c")])).toEqual([user(FILLER.user), assistant("b"), user("c")]);
  });

  test("with a call that has no result, or a result that has no call", () => {
    const cut = [user("a"), result("c9"), assistant("", ["c1", "c2"]), result("c2"), user("b"), result("c1")];
    expect(wellFormed(cut)).toEqual([
      ...[user("a"), assistant("", ["c1", "c2"]), result("c1", CUT_OFF, true), result("c2")],
      ...[assistant(FILLER.assistant), user("b")],
    ]);
  });

  test("have unique call ids that every server accepts, none of which is reserved", () => {
    const twice = [user("a"), assistant("", ["c", "c"]), result("c", 1), result("c", 2), assistant("b"), user("c")];
    const ids = (reserved: readonly string[]) =>
      wellFormed(twice, new Set(reserved)).flatMap((message) =>
        message.role === "tool" ? [[message.toolCallId, message.output]] : [],
      );
    expect(ids([])).toEqual([
      ["c", 1],
      ["c_2", 2],
    ]);
    expect(ids(["c", "c_2"])).toEqual([
      ["c_3", 1],
      ["c_4", 2],
    ]);
    const [, odd] = wellFormed([user("a"), assistant("", ["functions.look:0"])]);
    expect(odd).toEqual(assistant("", ["functions_look_0"]));
    const state = { model: "m", data: 1 };
    const [, own] = wellFormed([user("a"), assistant("", ["functions.look:0"], state)]);
    expect(own).toEqual(assistant("", ["functions.look:0"], state));
  });
});
