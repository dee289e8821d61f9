import { expect, test } from "bun:test";
import { MessageBounds } from "../../src/models/message-bounds.ts";
import { amazonMessage, bytesOf } from "../support/wires/amazon-messages.ts";

const MIB = 1024 * 1024;
const messageOf = (characters: number): Uint8Array =>
  bytesOf(amazonMessage({ ":event-type": "x" }, { text: "x".repeat(characters) }));
/** What exceeds the bounds, or the failure that is thrown, of bytes that arrive in pieces. */
const judged = (bytes: Uint8Array, size: number): unknown => {
  const bounds = new MessageBounds(() => 0);
  try {
    for (let at = 0; at < bytes.length; at += size) {
      const excess = bounds.push(bytes.subarray(at, at + size));
      if (excess !== null) return excess;
    }
    return null;
  } catch (error) {
    return error;
  }
};

test.each([1, 5, 16_384])("a message that is too long is our own bound, in pieces of %d bytes", (size) => {
  expect(judged(messageOf(9 * MIB).subarray(0, 20), size)).toBe("holds an event of more than 8388608 bytes");
  expect(judged(messageOf(10), size)).toBeNull();
});

test.each([
  ["text", new TextEncoder().encode("data: {}\n\n".repeat(4))],
  ["a checksum that is wrong", messageOf(10).with(8, 0).with(9, 0)],
])("%s is no message, and another try may bring one", (_, bytes) => {
  expect(judged(bytes, 7)).toMatchObject({ code: "model_unavailable", retryable: true });
});
