import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Store } from "../../src/store/contract.ts";
import type { Claimed, NewRun, Placement } from "../../src/store/log/contract.ts";
import { messagesOf } from "../support/messages-of.ts";
import { takeBack } from "../support/replicas.ts";
import { CANCEL, checkpointsOf, endAt, newRun, started } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

type Key = NewRun["threadKey"];

const stopping = (replaces: boolean): Placement => ({ stops: { ...CANCEL, replaces }, supersedes: null });
const superseding = (runId: string): Placement => ({ stops: null, supersedes: runId });

/** A turn that has ended, with its question and its answer. */
const turn = async (store: Store, key: Key, message: string, seq: number, placement?: Placement): Promise<Claimed> => {
  const begun = await started(store, newRun(key, { message, ...(placement && { placement }) }));
  await store.runs.finish(begun.fence, endAt(begun.fence, seq, { message: { id: message, content: `${message}!` } }));
  return begun;
};

const contents = async (store: Store, key: Key) => (await messagesOf(store, key)).map(({ content }) => content);
const allContents = async (store: Store, key: Key) =>
  (await store.threads.messagePage(key, { limit: 500, maxBytes: 2 ** 40, before: null, withSuperseded: true }))
    .messages;
const questions = async (store: Store, key: Key) =>
  (await store.threads.recentTurns(key, 2 ** 30, { maxChars: 1_000_000, model: "m" })).map(({ question }) => question);

/** The next step in a thread; `pick` chooses among its runs. */
const step = fc.record({
  kind: fc.constantFrom("ask", "ask", "finish", "claim", "takeover", "cancel" as const),
  stops: fc.constantFrom(null, "interrupt", "replace" as const),
  supersedes: fc.boolean(),
  pick: fc.nat(20),
});

/** What a thread's runs should be, told without a database. */
interface ModelRun {
  readonly run: NewRun;
  readonly turn: number;
  status: "queued" | "running" | "ended";
  hasMessages: boolean;
  supersededBy: string | null;
  /** The turn from which on it takes others' place. */
  from: number | null;
}

export const storeSupersedesTurns = (under: StoreUnderTest): void => {
  test("a run takes the place of the turn it names and of all after it, and their messages leave all readers", async () => {
    const { store, thread } = under;
    const key = thread();
    const first = await turn(store, key, "one", 1);
    const second = await turn(store, key, "two", 2);
    const third = await turn(store, key, "three", 3);
    const again = await turn(store, key, "two again", 4, superseding(second.fence.runId));
    expect(first.supersedes).toBeUndefined();
    expect(again).toMatchObject({ lastSeq: 3, supersedes: [second.fence.runId, third.fence.runId] });
    expect(await contents(store, key)).toEqual(["one", "one!", "two again", "two again!"]);
    expect(await questions(store, key)).toEqual(["one", "two again"]);
    expect((await allContents(store, key)).map(({ content, supersededBy }) => [content, supersededBy])).toEqual([
      ["one", null],
      ["one!", null],
      ["two", again.fence.runId],
      ["two!", again.fence.runId],
      ["three", again.fence.runId],
      ["three!", again.fence.runId],
      ["two again", null],
      ["two again!", null],
    ]);
    expect(await store.runs.get("u1", second.fence.runId)).toMatchObject({ supersededBy: again.fence.runId });
    // Their events stay.
    expect(await store.events.bounds(key)).toEqual({ first: 1, last: 4 });
    await store.threads.delete(key);
    expect(await allContents(store, key)).toEqual([]);
  });

  test("a run that it cannot supersede is named, and nothing is written", async () => {
    const { store, thread } = under;
    const [key, other] = [thread(), thread()];
    const elsewhere = await turn(store, other, "elsewhere", 1);
    const mine = await turn(store, key, "mine", 1);
    for (const runId of [elsewhere.fence.runId, "never"]) {
      const run = newRun(key, { placement: superseding(runId) });
      expect(await store.runs.begin(run)).toEqual({ state: "unknown" });
      expect(await store.runs.get("u1", run.runId)).toBeNull();
      expect(await store.runs.begin(newRun(thread(), { placement: superseding(runId) }))).toEqual({ state: "unknown" });
    }
    const running = await started(store, newRun(key));
    for (const runId of [mine.fence.runId, running.fence.runId]) {
      for (const stops of [null, stopping(false).stops]) {
        const run = newRun(key, { placement: { stops, supersedes: runId } });
        expect(await store.runs.begin(run)).toEqual({ state: "unfinished" });
        expect(await store.runs.get("u1", run.runId)).toBeNull();
      }
    }
    expect((await store.runs.held("here")).cancelled).not.toContain(running.fence.runId);
    await store.runs.finish(running.fence, endAt(running.fence, 2));
    expect(await started(store, newRun(key))).toMatchObject({ lastSeq: 2 });
  });

  test("checkpoints of superseded turns leave the list, and are there for whoever asks for them", async () => {
    const { store, thread } = under;
    const key = thread();
    const point = (checkpointId: string, seq: number) => ({ checkpointId, seq, node: "n", change: "{}", at: 1 });
    const begun = await started(store, newRun(key));
    await store.runs.finish(begun.fence, endAt(begun.fence, 1, { checkpoints: [point("old", 1)] }));
    const again = await started(store, newRun(key, { placement: superseding(begun.fence.runId) }));
    await store.runs.finish(again.fence, endAt(again.fence, 2, { checkpoints: [point("new", 2)] }));
    expect((await checkpointsOf(store, key)).map(({ checkpointId }) => checkpointId)).toEqual(["new"]);
    const all = await store.threads.checkpoints(key, { limit: 9, after: null, withSuperseded: true });
    expect(all.map(({ checkpointId }) => checkpointId)).toEqual(["old", "new"]);
    expect(await store.threads.checkpoint(key, "old")).toMatchObject({ checkpointId: "old" });
  });

  test("a superseding run that is withdrawn gives the turns their place back", async () => {
    const { store, thread } = under;
    const key = thread();
    const old = await turn(store, key, "one", 1);
    await turn(store, key, "two", 2, superseding(old.fence.runId));
    const run = newRun(key, { placement: superseding(old.fence.runId) });
    await started(store, run);
    expect(await contents(store, key)).toEqual([run.input.message]);
    expect(await store.runs.withdraw(run)).toBe("withdrawn");
    expect(await contents(store, key)).toEqual(["two", "two!"]);
  });

  test("in a fork made before a turn lost its place, that turn stands; in one made after, it does not", async () => {
    const { store, thread } = under;
    const key = thread();
    const checkpoint = (checkpointId: string, seq: number) => ({ checkpointId, seq, node: "n", change: "{}", at: 1 });
    const begun = await started(store, newRun(key, { message: "one" }));
    await store.runs.finish(begun.fence, endAt(begun.fence, 1, { checkpoints: [checkpoint("a", 1)] }));
    const again = await started(store, newRun(key, { message: "two", placement: superseding(begun.fence.runId) }));
    await store.runs.finish(again.fence, endAt(again.fence, 2, { checkpoints: [checkpoint("b", 2)] }));
    const fork = async (checkpointId: string, seq: number) => {
      const to = thread();
      const at = { checkpointId, seq };
      await store.threads.fork({ from: key, to, checkpoint: at, through: seq, partial: null, now: 1 });
      return to;
    };
    const [before, after] = [await fork("a", 1), await fork("b", 2)];
    expect(await contents(store, before)).toEqual(["one", "5"]);
    expect(await contents(store, after)).toEqual(["two", "5"]);
    expect((await allContents(store, after)).map(({ content }) => content)).toEqual(["one", "5", "two", "5"]);
  });

  test("a repeated begin returns the same turns", async () => {
    const { store, thread } = under;
    const key = thread();
    const old = await turn(store, key, "one", 1);
    const run = newRun(key, { placement: superseding(old.fence.runId) });
    await started(store, run);
    expect(await store.runs.begin(run)).toEqual({ state: "known" });
    expect(await takeBack(store, run)).toMatchObject({ supersedes: [old.fence.runId] });
  });

  test("whatever is asked, interrupted, replaced and superseded, readers see the turns that stand, in order", async () => {
    const { store, thread } = under;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const key = thread();
        const runs: ModelRun[] = [];
        let running: Claimed | null = null;
        let lastSeq = 0;
        const unfinished = () => runs.filter(({ status }) => status !== "ended");
        const start = (mine: ModelRun, claimed: Claimed) => {
          mine.status = "running";
          mine.hasMessages = true;
          const { from } = mine;
          const taken = from === null ? [] : runs.filter((run) => run.turn >= from && run.turn < mine.turn);
          for (const run of taken) run.supersededBy ??= mine.run.runId;
          expect(claimed.supersedes ?? []).toEqual(
            taken.filter(({ supersededBy }) => supersededBy === mine.run.runId).map(({ run }) => run.runId),
          );
          running = claimed;
        };
        for (const { kind, stops, supersedes, pick } of steps) {
          const queued = runs.filter(({ status }) => status === "queued");
          if (kind === "ask") {
            const named = supersedes && runs.length > 0 ? runs[pick % runs.length] : undefined;
            const placement: Placement = {
              stops: stops === null ? null : { ...CANCEL, replaces: stops === "replace" },
              supersedes: named?.run.runId ?? null,
            };
            const before = unfinished();
            const run = newRun(key, { message: `${runs.length}`, maxQueued: 100, placement });
            const begun = await store.runs.begin(run);
            if (named !== undefined && stops !== "replace" && before.some(({ turn }) => turn >= named.turn)) {
              expect(begun).toEqual({ state: "unfinished" });
            } else {
              const mine: ModelRun = {
                ...{ run, turn: runs.length + 1, status: "queued", hasMessages: false, supersededBy: null },
                from: Math.min(
                  named?.turn ?? Number.POSITIVE_INFINITY,
                  ...(stops === "replace" ? before.flatMap(({ turn, from }) => [turn, from ?? turn]) : []),
                ),
              };
              if (mine.from === Number.POSITIVE_INFINITY) mine.from = null;
              if (stops !== null) for (const waiting of queued) waiting.status = "ended";
              runs.push(mine);
              if (before.length === 0) start(mine, begun as Claimed);
              else {
                const stopped = stops === null ? [] : before.map((stopping) => stopping.run.runId);
                expect(begun).toEqual({ state: "queued", stopped });
              }
            }
          } else if (kind === "finish" && running !== null) {
            const { fence }: Claimed = running;
            lastSeq += 1;
            const mine = runs.find(({ run }) => run.runId === fence.runId) as ModelRun;
            const message = { id: realId(), content: `${mine.run.input.message}!` };
            const outcome = await store.runs.finish(fence, endAt(fence, lastSeq, { message }));
            expect(outcome).toBe(queued.length > 0 ? "freed" : "ended");
            mine.status = "ended";
            running = null;
          } else if ((kind === "claim" || kind === "takeover") && queued[0] !== undefined && running === null) {
            const next = queued[0];
            const claimed = kind === "claim" ? await store.runs.claim(next.run) : await takeBack(store, next.run);
            start(next, claimed as Claimed);
          } else if (kind === "cancel" && queued.length > 0) {
            const chosen = queued[pick % queued.length] as ModelRun;
            await store.runs.requestCancel("u1", chosen.run.runId, CANCEL);
            chosen.status = "ended";
          }
          const texts = (of: readonly ModelRun[]) =>
            of
              .filter(({ hasMessages }) => hasMessages)
              .flatMap(({ run, status }) => [
                run.input.message,
                ...(status === "ended" ? [`${run.input.message}!`] : []),
              ]);
          const standing = runs.filter(({ supersededBy }) => supersededBy === null);
          expect(await contents(store, key)).toEqual(texts(standing));
          expect((await allContents(store, key)).map(({ content }) => content)).toEqual(texts(runs));
          expect(await questions(store, key)).toEqual(
            standing.filter(({ hasMessages }) => hasMessages).map(({ run }) => run.input.message),
          );
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);
};

const realId = () => crypto.randomUUID();
