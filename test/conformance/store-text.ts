import { expect, test } from "bun:test";
import fc from "fast-check";
import { storable, storableJson } from "../../src/domain/text.ts";
import { messagesOf } from "../support/messages-of.ts";
import { checkpointsOf, endAt, newRun, started, token } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

/** Every kind of character, including lone surrogates and NUL. */
const anyText = fc.string({ unit: "binary" });
const TRAPS = [
  "\0",
  "\ud800",
  "\udc00x",
  "a\u2028b\u2029",
  '{"}',
  "\\",
  "'",
  "\x1e",
  "\r\n",
  "e\u0301",
  "👩‍👩‍👧",
  "여울",
  "\u{10ffff}",
  "",
];

export const storeKeepsText = (under: StoreUnderTest): void => {
  test("every JSON text is returned as it was written: escapes, order of keys, spaces", async () => {
    const { store, thread } = under;
    const { fence } = await started(store, newRun(thread()));
    const written = [
      '{"b":1, "a":2,"b":3}',
      String.raw`{"delta":"\u0000 \ud800 \udc00\ud800 \u001e \" \\ \/ \b\f\n\r\t 여울"}`,
      ...TRAPS.map((delta) => JSON.stringify({ delta })),
      ...fc.sample(fc.json(), 50),
      ...fc.sample(anyText, 200).map((delta) => JSON.stringify({ [delta]: delta })),
    ];
    const events = written.map((json, index) => token(fence, index + 1, json));
    await store.events.append([{ fence, events, checkpoints: [] }]);
    expect(await store.events.read(fence.threadKey, 0, 1_000)).toEqual(events);
  });

  test("checkpoints keep their nodes and changes as they were written", async () => {
    const { store, thread } = under;
    const { fence } = await started(store, newRun(thread()));
    const texts = [...TRAPS, ...fc.sample(anyText, 100)].map(storable);
    const checkpoints = texts.map((text, index) => ({
      checkpointId: `c${index}`,
      seq: index,
      node: text,
      change: JSON.stringify({ text }),
      at: index,
    }));
    await store.events.append([{ fence, events: [], checkpoints }]);
    const stored = await checkpointsOf(store, fence.threadKey);
    expect(stored).toEqual(checkpoints.map((checkpoint) => ({ ...checkpoint, runId: fence.runId })));
  });

  test("no character makes a run fail: those that Postgres cannot store are replaced, the rest is unchanged", async () => {
    const { store, thread } = under;
    const content = [...TRAPS, ...fc.sample(anyText, 100)].join("|");
    const key = thread();
    const waiting = newRun(key, { message: content });
    const { fence } = await started(store, newRun(key, { message: content }));
    await store.runs.begin(waiting);
    await store.runs.finish(
      fence,
      endAt(fence, 1, { message: { id: "m", content }, error: { code: "internal", message: content } }),
    );
    await store.runs.claim(waiting);
    const repaired = storable(content);
    expect((await messagesOf(store, key)).map((message) => message.content)).toEqual([repaired, repaired, repaired]);
    expect((await store.runs.get("u1", fence.runId))?.error?.message).toBe(repaired);
  });

  test("a run's options may contain any text", async () => {
    const { store, thread } = under;
    const base = newRun(thread());
    const options = { "\0key": TRAPS, nested: { deep: ["\ud800"] } };
    const { fence } = await started(store, { ...base, input: { ...base.input, options } });
    expect(storableJson(options)).not.toEqual(options);
    expect(await store.runs.finish(fence, endAt(fence, 1))).toBe("ended");
  });

  test("a thread's key may contain any character that an id may", async () => {
    const { store } = under;
    for (const id of ["a:b", 'qu"ote', "back\\slash", "{a,b}", "여울 😀", "'; drop table threads; --", "%_"]) {
      const key = `user {"\\}:${id}` as const;
      const { fence } = await started(store, newRun(key));
      await store.events.append([{ fence, events: [token(fence, 1)], checkpoints: [] }]);
      expect(await store.events.heads([key])).toEqual(new Map([[key, 1]]));
      expect(await store.runs.get('user {"\\}', fence.runId)).toMatchObject({ threadKey: key });
      expect(await store.threads.delete(key)).toEqual([fence.runId]);
    }
  });
};
