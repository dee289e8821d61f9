import { expect, test } from "bun:test";
import { receiveBytes } from "../../src/http/request/body.ts";
import { BodyBudget } from "../../src/http/request/body-budget.ts";

const KIB = 1024;
const FREE = 64 * KIB;
const BUSY = "Too many large requests";

test("incoming bodies are bounded in total and by caller, and release their share", () => {
  const budget = new BodyBudget({ bytes: 300 * KIB, bytesPerCaller: 200 * KIB });
  const first = budget.open("a");
  for (let at = 0; at < 200; at++) first.add(KIB);
  first.add(FREE);
  expect(() => budget.open("a").add(FREE + 1)).toThrow(BUSY);
  const other = budget.open("b");
  other.add(FREE + 100 * KIB);
  expect(() => other.add(1)).toThrow(BUSY);
  first.close();
  first.close();
  other.add(100 * KIB);
  expect(() => budget.open("c").add(FREE + 101 * KIB)).toThrow(BUSY);
  budget.open("c").add(FREE + 100 * KIB);
});

test("any number of small bodies costs nothing", () => {
  const budget = new BodyBudget({ bytes: 1, bytesPerCaller: 1 });
  for (let at = 0; at < 1_000; at++) budget.open("a").add(FREE);
  expect(() => budget.open("a").add(FREE + 2)).toThrow(BUSY);
});

test("a body counts until its connection breaks or its owner releases it", async () => {
  const SIZE = 20 * KIB * KIB;
  const feeds: ReadableStreamDefaultController<Uint8Array>[] = [];
  /** A body whose client sends most of it and then waits. */
  const begun = () => {
    const body = new ReadableStream<Uint8Array>({
      start: (feed) => {
        feeds.push(feed);
        feed.enqueue(new Uint8Array(SIZE));
      },
    });
    const request = new Request("http://127.0.0.1/", { method: "POST", body });
    const arrived = Promise.withResolvers<void>();
    const bounds = { maxBytes: 2 * SIZE, timeoutMs: 60_000, onChunk: async () => arrived.resolve() };
    const read = receiveBytes(request, bounds);
    return { read, settled: Promise.race([arrived.promise, read]).catch(() => {}) };
  };
  const waiting = Array.from({ length: 8 }, begun);
  await Promise.all(waiting.map(({ settled }) => settled));
  const refused = begun();
  await expect(Promise.race([refused.read, refused.settled])).rejects.toMatchObject({ code: "busy" });
  feeds[0]?.close();
  const whole = await waiting[0]?.read;
  expect(whole?.body).toHaveLength(SIZE);
  const early = begun();
  await expect(Promise.race([early.read, early.settled])).rejects.toMatchObject({ code: "busy" });
  whole?.account.close();
  feeds[1]?.error(new Error("gone"));
  await expect(waiting[1]?.read).rejects.toMatchObject({ code: "malformed_request" });
  const others = [begun(), begun()];
  const both = await Promise.allSettled(others.map(({ read, settled }) => Promise.race([settled, read])));
  expect(both.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
  for (const feed of feeds.slice(2)) feed.error(new Error("gone"));
  await Promise.allSettled([...waiting, ...others].map(({ read }) => read));
});
