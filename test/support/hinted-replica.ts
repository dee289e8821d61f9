import { NO_USAGE } from "../../src/domain/run.ts";
import { realSystem } from "../../src/domain/system.ts";
import type { ThreadKey } from "../../src/domain/thread.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { Hints } from "../../src/replicas/hints.ts";
import { WatchedTopics } from "../../src/replicas/topics.ts";
import { endingOf } from "../../src/runs/ending.ts";
import type { Store } from "../../src/store/contract.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { journalOver, token } from "./journal.ts";
import { newRun, started } from "./runs.ts";

/** A journal with hints over connections of its own. It polls nothing unless the test ticks its journal. */
export interface HintedReplica extends AsyncDisposable {
  readonly store: Store;
  readonly hints: Hints;
  readonly topics: WatchedTopics;
  readonly journal: Journal;
  /** What an operator was told. */
  readonly ways: readonly string[];
  /** Resolves once hints arrive. */
  arriving(): Promise<void>;
  /** Begins a run. */
  run(key: ThreadKey): Promise<RemoteRun>;
}

interface RemoteRun {
  say(text: string): void;
  end(): Promise<unknown>;
}

/** `adapt` changes the store that the journal reads. */
export const hintedReplica = async (
  url: string,
  owner: string,
  adapt: (store: Store) => Store = (store) => store,
): Promise<HintedReplica> => {
  const store = postgresStore({ url, system: realSystem });
  await store.migrate();
  const ways: string[] = [];
  const hints = new Hints({ store, system: realSystem, owner, logger: { waySettled: (way) => ways.push(way) } });
  const topics = new WatchedTopics(realSystem, hints);
  const { journal } = journalOver(adapt(store), { topics });
  return {
    store,
    hints,
    topics,
    journal,
    ways,
    arriving: async () => {
      while (!hints.areArriving) {
        await hints.tick();
        await realSystem.sleep(5);
      }
    },
    run: async (key) => {
      const { fence, lastSeq } = await started(store, newRun(key, { owner }));
      const writer = journal.open(fence, lastSeq, () => {});
      const ending = endingOf(null, { messageId: realSystem.id(), usage: NO_USAGE, now: 1 });
      return { say: (text) => void writer.emit(token(text), "n"), end: () => writer.close(ending, ending) };
    },
    [Symbol.asyncDispose]: async () => {
      hints.close();
      await store.close();
    },
  };
};
