import { expect, test } from "bun:test";
import type { ThreadKey } from "../../src/domain/thread.ts";
import type { Fence } from "../../src/store/log/contract.ts";
import type { NewRound } from "../../src/store/log/contract-rounds.ts";
import { endAt, newRun, started, token } from "../support/runs.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const round = (number: number, seq: number, given: Partial<NewRound> = {}): NewRound => ({
  ...{ number, seq, calls: [`c${number}`], model: "a", at: 7 },
  data: `{"reasoning":"${number} \\ud83c"}`,
  ...given,
});
const read = ({ number, seq, calls, model, data, progress = "null" }: NewRound) => ({
  ...{ number, seq, calls, model },
  data: JSON.parse(data) as unknown,
  progress: JSON.parse(progress) as unknown,
});

export const storeKeepsRounds = (under: StoreUnderTest): void => {
  const stored = async (run: Pick<Fence, "threadKey" | "runId">): Promise<readonly unknown[]> =>
    (await under.store.runs.progress(run)).rounds;
  const write = (fence: Fence, ...rounds: readonly NewRound[]) => {
    const seq = rounds[0]?.seq ?? 1;
    return under.store.events.append([{ fence, events: [token(fence, seq)], checkpoints: [], rounds }]);
  };

  test("are read back in order, written with events, alone, and with the run's end", async () => {
    const { store, thread } = under;
    const { fence } = await started(store, newRun(thread()));
    expect(await stored(fence)).toEqual([]);
    await write(fence, round(1, 1), round(2, 1, { calls: [], model: "b:ü" }));
    const alone = { fence, events: [], checkpoints: [], rounds: [round(3, 1)] };
    expect(await store.events.append([alone])).toEqual(new Map());
    expect(await store.runs.finish(fence, endAt(fence, 2, { rounds: [round(4, 1)] }))).toBe("ended");
    const all = [round(1, 1), round(2, 1, { calls: [], model: "b:ü" }), round(3, 1), round(4, 1)];
    expect(await stored(fence)).toEqual(all.map(read));
  });

  test("are not written by a stale owner, nor after a gap", async () => {
    const { store, thread } = under;
    const { fence } = await started(store, newRun(thread()));
    const stale = { ...fence, epoch: fence.epoch - 1 };
    expect(await write(stale, round(1, 1))).toEqual(new Map([[fence.runId, "stale"]]));
    expect(await write(fence, round(1, 5))).toEqual(new Map([[fence.runId, "gap"]]));
    expect(await store.runs.finish(stale, endAt(stale, 1, { rounds: [round(1, 0)] }))).toBe("stale");
    expect(await stored(fence)).toEqual([]);
  });

  test("are read back with what the run had used, and with nothing that the model wants back", async () => {
    const { store, thread } = under;
    const { fence } = await started(store, newRun(thread()));
    const progress = '{"usage":{"inputTokens":7,"outputTokens":5},"held":"so \\ud83c far"}';
    const given = round(1, 1, { data: "null", progress });
    await write(fence, given);
    expect(await stored(fence)).toEqual([read(given)]);
    await store.runs.finish(fence, endAt(fence, 2));
    const [turn] = await store.threads.recentTurns(fence.threadKey, 100, { maxChars: 100, model: "a" });
    expect(turn?.rounds).toEqual([]);
  });

  test("are written once when the same call is repeated", async () => {
    const { store, thread } = under;
    const { fence } = await started(store, newRun(thread()));
    for (let times = 0; times < 2; times++) expect(await write(fence, round(1, 1))).toEqual(new Map());
    expect(await stored(fence)).toHaveLength(1);
  });

  test("are in no checkpoint and no event", async () => {
    const { store, thread } = under;
    const { fence } = await started(store, newRun(thread()));
    await write(fence, round(1, 1));
    expect(await store.threads.checkpoints(fence.threadKey, { limit: 9, after: null })).toEqual([]);
    expect(await store.events.read(fence.threadKey, 0, 9)).toEqual([token(fence, 1)]);
  });

  test("are part of recent turns, but only those of the requested models", async () => {
    const { store, thread } = under;
    const { fence } = await started(store, newRun(thread()));
    await write(fence, round(1, 1), round(2, 1, { model: "other" }), round(3, 1, { model: "b", calls: [] }));
    await store.runs.finish(fence, endAt(fence, 2));
    const [turn] = await store.threads.recentTurns(fence.threadKey, 100, { maxChars: 100, model: "a,b" });
    const given = [round(1, 1), round(3, 1, { model: "b", calls: [] })];
    expect(turn?.rounds).toEqual(given.map(read).map(({ calls, model, data }) => ({ calls, model, data })));
  });

  test("are deleted with their thread, and copied into a fork that is cut after them", async () => {
    const { store, thread } = under;
    const from = thread();
    const { fence } = await started(store, newRun(from));
    await write(fence, round(1, 1));
    const checkpoint = { checkpointId: "p", seq: 1, node: "n", change: "{}", at: 7 };
    await store.events.append([{ fence, events: [], checkpoints: [checkpoint] }]);
    const second = { fence, events: [token(fence, 2)], checkpoints: [], rounds: [round(2, 2)] };
    expect(await store.events.append([second])).toEqual(new Map());
    const to: ThreadKey = thread();
    const newRunId = crypto.randomUUID();
    const end = endAt({ ...fence, runId: newRunId }, 2);
    await store.threads.fork({
      from,
      to,
      checkpoint,
      through: 1,
      partial: { runId: fence.runId, newRunId, end },
      now: 9,
    });
    expect(await stored({ threadKey: to, runId: newRunId })).toEqual([read(round(1, 1))]);
    await store.threads.delete(from);
    expect(await stored(fence)).toEqual([]);
    expect(await stored({ threadKey: to, runId: newRunId })).toHaveLength(1);
  });
};
