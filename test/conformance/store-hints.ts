import { expect, test } from "bun:test";
import { MAX_HINT_BYTES } from "../../src/store/hints/contract.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

/** Listens until told to stop, and hands out what was received one by one. */
const listen = async ({ store }: StoreUnderTest) => {
  const received: string[] = [];
  let wake = () => {};
  const begun = Promise.withResolvers<void>();
  const stop = await store.hints.listen({
    received: (payload) => {
      received.push(payload);
      wake();
    },
    listening: begun.resolve,
  });
  await begun.promise;
  const next = async () => {
    while (received.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return received.shift();
  };
  return { next, received, stop };
};

export const storeSendsHints = (under: StoreUnderTest): void => {
  test("what one sends, all that listen hear, in its order", async () => {
    const [one, other] = [await listen(under), await listen(under)];
    await under.store.hints.send("first");
    await under.store.hints.send("여울 'second'\n");
    for (const { next } of [one, other]) expect([await next(), await next()]).toEqual(["first", "여울 'second'\n"]);
    one.stop();
    await under.store.hints.send("third");
    expect(await other.next()).toBe("third");
    expect(one.received).toEqual([]);
    other.stop();
  });

  test("the longest payload arrives, and a longer one is refused", async () => {
    const { next, stop } = await listen(under);
    const longest = "x".repeat(MAX_HINT_BYTES);
    await under.store.hints.send(longest);
    expect(await next()).toBe(longest);
    const refused = await under.store.hints.send(`${longest}x`).catch((error) => error);
    expect(refused).toMatchObject({ code: "failed" });
    stop();
  });
};
