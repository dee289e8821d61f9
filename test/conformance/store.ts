import { afterAll, beforeAll, describe } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import type { ThreadKey } from "../../src/domain/thread.ts";
import type { Store } from "../../src/store/contract.ts";
import { storeKeepsImages } from "./store-images.ts";
import { storeKeepsRuns } from "./store-runs.ts";
import { storeKeepsText } from "./store-text.ts";
import { storeKeepsThreads } from "./store-threads.ts";
import { storeTakesOver } from "./store-takeover.ts";
import { storeWritesEvents } from "./store-events.ts";

/** What a suite is handed: the store under test, migrated, and a thread that no other test knows. */
export interface StoreUnderTest {
  readonly store: Store;
  thread(): ThreadKey;
}

/** What every store must do, whatever it keeps things in. `open` gives one over an empty database. */
export const storeConformance = (name: string, open: () => Promise<Store>): void => {
  describe(name, () => {
    let store: Store | undefined;
    beforeAll(async () => {
      store = await open();
      await store.migrate();
    }, 30_000);
    afterAll(() => store?.close());

    const under: StoreUnderTest = {
      get store() {
        if (store === undefined) throw new Error("the store is there once the first test runs");
        return store;
      },
      thread: () => `u1:${realSystem.id()}`,
    };
    describe("runs", () => storeKeepsRuns(under));
    describe("takeover", () => storeTakesOver(under));
    describe("events", () => storeWritesEvents(under));
    describe("threads", () => storeKeepsThreads(under));
    describe("text", () => storeKeepsText(under));
    describe("images", () => storeKeepsImages(under));
  });
};
