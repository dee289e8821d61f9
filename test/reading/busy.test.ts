import { expect, test } from "bun:test";
import { UnreadableError } from "../../src/domain/unreadable.ts";
import { refusal, unreadable } from "../../src/http/refusal-status.ts";
import { openReader } from "../../src/reading/reader.ts";

test("a user's file after sixteen waiting ones is refused with 429, and another user's is read", async () => {
  const reader = openReader({ workers: 2 });
  const leaving = new AbortController();
  const upload = { name: "a.txt", mediaType: "", bytes: new TextEncoder().encode("hello there") };
  const read = (userId: string, signal = leaving.signal) =>
    reader.readChunks(upload, { userId, signal }).catch((error: unknown) => error);
  // All at once, so that none has been read before the last arrives.
  const greedy = Array.from({ length: 18 }, () => read("greedy"));
  const other = read("modest", new AbortController().signal);
  const refused = await greedy.at(-1);
  if (!(refused instanceof UnreadableError)) throw new Error("it was taken");
  const answer = refusal(unreadable(refused, "/file"), null);
  expect([answer.status, Number(answer.headers.get("retry-after")) > 0]).toEqual([429, true]);
  expect(await answer.json()).toMatchObject({ error: { code: "too_many_files", details: [{ path: "/file" }] } });
  expect(await other).toMatchObject({ chunks: [{ content: "hello there" }] });
  expect(await Promise.all(greedy.slice(0, -1))).toEqual(
    Array(17).fill(expect.objectContaining({ mediaType: "text/plain" })),
  );
});
