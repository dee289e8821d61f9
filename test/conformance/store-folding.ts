import { expect, test } from "bun:test";
import fc from "fast-check";
import { foldAnswer } from "../../src/domain/answer.ts";
import { EVENT_TYPES, type EventBody, type EventType } from "../../src/domain/event.ts";
import type { ThreadKey } from "../../src/domain/thread.ts";
import type { Store } from "../../src/store/contract.ts";
import type { Checkpoint } from "../../src/store/log/contract-checkpoints.ts";
import { anyBody } from "../support/answer-bodies.ts";
import { foldAll, joined, logged, placesOf, SINCE_MS, unmarked } from "../support/folding.ts";
import { messagesOf } from "../support/messages-of.ts";
import { packAll } from "../support/packing.ts";
import { checkpointsOf, endAt, endBehind, newRun, started } from "../support/runs.ts";
import { type Turn, turn, whole, words } from "../support/turns.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const detailsOf = async (store: Store, key: ThreadKey) =>
  (await store.threads.messagePage(key, { limit: 100, maxBytes: 2 ** 40, before: null })).messages;

const turns = fc.array(
  fc.record({
    bodies: fc.array(anyBody, { maxLength: 30 }),
    more: fc.constantFrom(0, 0, 300),
    at: fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 2 }),
    hasMessage: fc.constantFrom(true, true, true, false),
    hasDetail: fc.constantFrom(true, true, false),
  }),
  { minLength: 1, maxLength: 4 },
);

export const storeFoldsRuns = (under: StoreUnderTest): void => {
  test("a folded log reads as it did, with deltas joined, from any place, in pages of any size and by run", async () => {
    const { store, thread } = under;
    await fc.assert(
      fc.asyncProperty(turns, fc.constantFrom(1, 3, 200), fc.nat(400), async (given, limit, place) => {
        const key = thread();
        const made: Turn[] = [];
        for (const { bodies, more, at, ...rest } of given) {
          const all = [...bodies, ...words(more)];
          const within = at.filter((index) => index <= all.length + 1);
          made.push(await turn(store, key, all, { ...rest, at: within }));
        }
        const before = await detailsOf(store, key);
        const bounds = await store.events.bounds(key);
        await foldAll(store);
        const log = made.flatMap(({ events }) => events);
        const read = await whole(store, key, limit);
        expect(placesOf(read)).toEqual(log.map(({ seq }) => seq));
        for (const [at, { events, fence, checkpoints }] of made.entries()) {
          const isFolded = given[at]?.hasMessage === true;
          const mine = read.filter(({ runId }) => runId === fence.runId);
          const cuts = new Set(checkpoints.map(({ seq }) => seq));
          // The message of an early release has no reasoning: its deltas stay apart.
          const inMessage = given[at]?.hasDetail === true ? unmarked(mine) : joined(mine, cuts);
          expect(isFolded ? inMessage : mine).toEqual(isFolded ? joined(events, cuts) : events);
          expect(mine.every(({ folded }) => (folded !== undefined) === isFolded)).toBe(true);
          expect(foldAnswer(mine).answer()).toEqual(foldAnswer(events).answer());
          expect(await store.events.ofRun(key, fence.runId, EVENT_TYPES)).toEqual(mine);
        }
        expect((await store.events.read(key, place, 1))[0]).toEqual(read.find(({ seq }) => seq > place));
        const types: readonly EventType[] = ["tool_start", "tool_result", "done"];
        expect(await store.events.between(key, place, 2 * place, types)).toEqual(
          read.filter(({ seq, type }) => seq >= place && seq <= 2 * place && types.includes(type)),
        );
        expect(await store.events.bounds(key)).toEqual(bounds);
        expect(await store.events.heads([key])).toEqual(new Map([[key, log.at(-1)?.seq ?? 0]]));
        expect(await detailsOf(store, key)).toEqual(before);
        expect(await foldAll(store)).toBe(0);
      }),
      { numRuns: 15, endOnFailure: true },
    );
  }, 120_000);

  test("only runs that ended so long ago by the database's clock, and were packed, are folded", async () => {
    const { store, thread } = under;
    const key = thread();
    const { fence } = await turn(store, key, words(10));
    const run = { threadKey: key, runId: fence.runId };
    const going = await started(store, newRun(key));
    const foldable = async (forMs: number) => {
      const found: string[] = [];
      for (let at: Parameters<Store["packing"]["foldable"]>[1] = null; ; ) {
        const { runs, next } = await store.packing.foldable(forMs, at);
        found.push(...runs.map(({ runId }) => runId));
        if (next === null) return found.filter((id) => id === fence.runId || id === going.fence.runId);
        at = next;
      }
    };
    expect(await foldable(SINCE_MS)).toEqual([]);
    expect(await store.packing.fold(run, SINCE_MS)).toBe(0);
    await packAll(store);
    expect(await foldable(60_000)).toEqual([]);
    expect(await store.packing.fold(run, 60_000)).toBe(0);
    expect(await foldable(SINCE_MS)).toEqual([fence.runId]);
    expect(await store.packing.fold(run, SINCE_MS)).toBe(13);
    expect(await foldable(SINCE_MS)).toEqual([]);
    expect(await store.packing.fold(run, SINCE_MS)).toBe(0);
  });

  test("a run is folded once, however many replicas fold it at the same time", async () => {
    const { store, thread } = under;
    const key = thread();
    const { fence, events } = await turn(store, key, words(700));
    await packAll(store);
    const run = { threadKey: key, runId: fence.runId };
    const gone = await Promise.all(Array.from({ length: 6 }, () => store.packing.fold(run, SINCE_MS)));
    expect(gone.filter((count) => count !== null && count > 0)).toEqual([events.length]);
    expect(unmarked(await whole(store, key, 200))).toEqual(joined(events));
  });

  test("a thread with folded runs goes on, is superseded, deleted, and begun anew", async () => {
    const { store, thread } = under;
    const key = thread();
    const first = await turn(store, key, words(20));
    await foldAll(store);
    const second = await turn(store, key, words(5));
    expect(second.events[0]?.seq).toBe(first.events.length + 1);
    const placement = { stops: null, supersedes: first.fence.runId };
    const third = await store.runs.begin(newRun(key, { placement }));
    if (third.state !== "running") throw new Error("the run has not begun");
    expect(await store.runs.finish(third.fence, endBehind(third.fence, third.lastSeq, 3))).toBe("ended");
    const gone = await foldAll(store);
    expect(gone).toBeGreaterThanOrEqual(second.events.length);
    const log = [...first.events, ...second.events];
    const read = await whole(store, key, 200);
    expect(unmarked(read).slice(0, 2 * 4)).toEqual([...joined(log)]);
    expect((await messagesOf(store, key)).map(({ runId }) => runId)).toEqual([third.fence.runId, third.fence.runId]);
    const lastSeq = read.at(-1)?.seq ?? 0;
    expect(await store.threads.delete(key)).toEqual([]);
    expect(await store.events.bounds(key)).toBeNull();
    const anew = await turn(store, key, words(3));
    expect(anew.events[0]?.seq).toBe(lastSeq + 2);
    await foldAll(store);
    expect(unmarked(await whole(store, key, 200))).toEqual(joined(anew.events));
  });

  test("the news of a log whose end was folded meanwhile are marked", async () => {
    const { store, thread } = under;
    const key = thread();
    const { events } = await turn(store, key, words(20));
    await foldAll(store);
    const last = events.at(-1)?.seq ?? 0;
    const newsOf = async (seq: number) => (await store.events.news([{ threadKey: key, seq }])).logs[0]?.events;
    expect(await newsOf(last)).toBeUndefined();
    const news = (await newsOf(9)) ?? [];
    expect(news.map(({ seq, folded }) => [seq, folded?.after])).toEqual([
      [21, 1],
      [22, 21],
      [23, 22],
    ]);
  });

  test("a thread is forked whole and at every checkpoint of a folded run, as of one that is not", async () => {
    const { store, thread } = under;
    const [folded, plain] = [thread(), thread()];
    const bodies: EventBody[] = [
      ...words(300),
      { type: "tool_start", payload: { tool_call_id: "c", name: "look", input: { q: 1 } } },
      { type: "tool_result", payload: { tool_call_id: "c", name: "look", output: "found", is_error: false } },
      ...words(40),
    ];
    const turnsOf = async (key: ThreadKey): Promise<readonly Turn[]> => [
      await turn(store, key, words(7), { at: [8] }),
      await turn(store, key, bodies, { at: [120, 302, 310, 344] }),
    ];
    const made = await turnsOf(folded);
    const like = await turnsOf(plain);
    await packAll(store);
    for (const { fence } of made) await store.packing.fold({ threadKey: folded, runId: fence.runId }, SINCE_MS);
    for (const [at, { checkpoints, events, fence }] of made.entries()) {
      for (const [index, checkpoint] of checkpoints.entries()) {
        const copy = async (key: ThreadKey, point: Checkpoint | undefined, through: number, runId: string) => {
          if (point === undefined) throw new Error("there is no such checkpoint");
          const to = thread();
          const isEnd = point.seq < through;
          const newRunId = `cut-${point.seq}`;
          const cut = endAt({ threadKey: to, runId: newRunId, epoch: 0 }, point.seq + 1);
          const partial = isEnd ? null : { runId, newRunId, end: { ...cut, message: { id: "x", content: "so far" } } };
          const made = await store.threads.fork({ from: key, to, checkpoint: point, through, partial, now: 9 });
          expect(typeof made).toBe("object");
          const log = await whole(store, to, 200);
          const places = placesOf(log);
          expect(places).toEqual(places.map((_, place) => place + 1));
          const runs = [...new Set(log.map((event) => event.runId))];
          const next = await started(store, newRun(to));
          expect(next.lastSeq).toBe(places.length);
          return {
            answers: runs.map((id) => foldAnswer(log.filter((event) => event.runId === id)).answer()),
            messages: (await messagesOf(store, to)).map(({ role, content, seq }) => ({ role, content, seq })),
            checkpoints: (await checkpointsOf(store, to)).map(({ seq }) => seq),
            last: places.length,
          };
        };
        const twin = like[at];
        const twins = twin?.checkpoints[index];
        const end = events.at(-1)?.seq ?? 0;
        const [one, other] = [fence.runId, twin?.fence.runId ?? ""];
        expect(await copy(folded, checkpoint, checkpoint.seq, one)).toEqual(
          await copy(plain, twins, checkpoint.seq, other),
        );
        expect(await copy(folded, checkpoint, end, one)).toEqual(await copy(plain, twins, end, other));
      }
    }
  }, 60_000);

  test("a run that is folded while its thread is forked is copied once and whole", async () => {
    const { store, thread } = under;
    const key = thread();
    await turn(store, key, words(3));
    const { fence, checkpoints, events } = await turn(store, key, words(11_000), { at: [2] });
    await packAll(store);
    const [checkpoint] = checkpoints;
    if (checkpoint === undefined) throw new Error("there is no checkpoint");
    const to = thread();
    const through = events.at(-1)?.seq ?? 0;
    const forking = store.threads.fork({ from: key, to, checkpoint, through, partial: null, now: 9 });
    const folding = store.packing.fold({ threadKey: key, runId: fence.runId }, SINCE_MS);
    expect([typeof (await forking), await folding]).toEqual(["object", events.length]);
    const copied = (await whole(store, to, 2_000)).filter(({ runId }) => runId === fence.runId);
    expect(foldAnswer(copied).answer()).toEqual(foldAnswer(events).answer());
    expect(placesOf(copied)).toEqual(events.map(({ seq }) => seq));
  }, 60_000);

  test("a fork has the pictures of folded runs", async () => {
    const { store, thread } = under;
    const key = thread();
    const imageId = crypto.randomUUID();
    const { fence, lastSeq } = await started(store, newRun(key));
    const png = { mediaType: "image/png", bytes: new Uint8Array([1, 2]), width: 1, height: 1, now: 1 };
    await store.images.put(key, { ...png, imageId });
    const events = logged(fence.runId, lastSeq, [
      { type: "custom", payload: { name: '~image_result~{"image_id":"x"}', data: null } },
      { type: "image_placeholder", payload: { image_id: imageId, alt: "A river" } },
      { type: "image_result", payload: { image_id: imageId, url: "/i", media_type: "image/png", width: 1, height: 1 } },
      { type: "done", payload: { message_id: "m" } },
    ]);
    const { content, detail } = foldAnswer(events).answer();
    const message = { id: "m", content, detail: JSON.stringify(detail) };
    const checkpoint = { checkpointId: crypto.randomUUID(), seq: 3, node: "n", change: "{}", at: 7 };
    await store.runs.finish(fence, endAt(fence, 4, { events, message, checkpoints: [checkpoint] }));
    await foldAll(store);
    const to = thread();
    const point = { ...checkpoint, runId: fence.runId };
    await store.threads.fork({ from: key, to, checkpoint: point, through: 4, partial: null, now: 9 });
    await store.threads.delete(key);
    expect(unmarked(await whole(store, to, 200))).toEqual(events);
    expect(await store.images.get(imageId)).not.toBeNull();
  });
};
