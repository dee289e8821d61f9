import { afterAll, beforeAll, describe } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import { storeKeepsApprovals } from "./store-approvals.ts";
import { storeKeepsDocuments } from "./store-documents.ts";
import { storeWritesEarlyEvents } from "./store-early.ts";
import { storeWritesEvents } from "./store-events.ts";
import { storeHoldsFiles } from "./store-files.ts";
import { storeFoldsRuns } from "./store-folding.ts";
import { storeForksThreads } from "./store-forks.ts";
import { storeMakesCallsTogether } from "./store-groups.ts";
import { storeSendsHints } from "./store-hints.ts";
import { storeKeepsIdempotencyKeys } from "./store-idempotency.ts";
import { storeFindsIdleThreads } from "./store-idle.ts";
import { storeKeepsImages } from "./store-images.ts";
import { storeKeepsLeases } from "./store-leases.ts";
import { storePagesMessages } from "./store-messages.ts";
import { storePacksEvents } from "./store-packing.ts";
import { storeKeepsTheQueue } from "./store-queue.ts";
import { storeReadsRecentTurns } from "./store-recent-turns.ts";
import { storeKeepsRounds } from "./store-rounds.ts";
import { storeKeepsRuns } from "./store-runs.ts";
import { storeSupersedesTurns } from "./store-supersede.ts";
import { storeTakesOver } from "./store-takeover.ts";
import { storeKeepsText } from "./store-text.ts";
import { storeKeepsThreads } from "./store-threads.ts";
import { storeKeepsTickets } from "./store-tickets.ts";
import { storeKeepsTils } from "./store-tils.ts";
import { storeKeepsTimesInOrder } from "./store-times.ts";
import type { StoreUnderTest } from "./store-under-test.ts";
import { storeCountsUsage } from "./store-usage.ts";
import { storeComparesVectors } from "./store-vectors.ts";
import { storeWithdrawsRuns } from "./store-withdraw.ts";

/**
 * What every store must do, whatever its database. `open` returns one over an empty database. A store declares what it
 * lacks.
 */
export const storeConformance = (
  name: string,
  open: () => Promise<Store>,
  has: {
    readonly vectors: boolean;
    /** False: hints are sent and reach nobody. */
    readonly hints: boolean;
    /** It packs every log by itself. What has to do with logs is then tested again, and nothing else. */
    readonly packing?: true;
  },
): void => {
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
    describe("withdrawal", () => storeWithdrawsRuns(under));
    describe("queue", () => storeKeepsTheQueue(under));
    describe("leases", () => storeKeepsLeases(under));
    describe("takeover", () => storeTakesOver(under));
    describe("early events", () => storeWritesEarlyEvents(under));
    describe("events", () => storeWritesEvents(under));
    describe("groups", () => storeMakesCallsTogether(under));
    describe("superseded turns", () => storeSupersedesTurns(under));
    describe("threads", () => storeKeepsThreads(under));
    describe("messages", () => storePagesMessages(under));
    describe("recent turns", () => storeReadsRecentTurns(under));
    describe("files of runs", () => storeHoldsFiles(under));
    describe("approvals", () => storeKeepsApprovals(under));
    describe("rounds", () => storeKeepsRounds(under));
    describe("forks", () => storeForksThreads(under));
    describe("times", () => storeKeepsTimesInOrder(under));
    describe("text", () => storeKeepsText(under));
    if (has.packing) return;
    describe("packing", () => storePacksEvents(under));
    describe("folding", () => storeFoldsRuns(under));
    describe("idle threads", () => storeFindsIdleThreads(under));
    describe("images", () => storeKeepsImages(under));
    describe("documents", () => storeKeepsDocuments(under));
    describe("vectors", () => storeComparesVectors(under, has.vectors));
    describe("tickets", () => storeKeepsTickets(under));
    describe("idempotency keys", () => storeKeepsIdempotencyKeys(under));
    describe("usage and secrets", () => storeCountsUsage(under));
    describe("TILs", () => storeKeepsTils(under));
    if (has.hints) describe("hints", () => storeSendsHints(under));
  });
};
