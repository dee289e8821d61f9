import type { ThreadKey } from "../../src/domain/thread.ts";
import type { Store } from "../../src/store/contract.ts";

/** What each part of the suite receives. */
export interface StoreUnderTest {
  /** Migrated, and available once the first test runs. */
  readonly store: Store;
  /** Returns a thread of the user `u1` that no other test uses. */
  thread(): ThreadKey;
}
