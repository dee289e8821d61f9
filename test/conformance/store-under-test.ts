import type { ThreadKey } from "../../src/domain/thread.ts";
import type { Store } from "../../src/store/contract.ts";

/** What a part of the suite is handed. */
export interface StoreUnderTest {
  /** Migrated, and there once the first test runs. */
  readonly store: Store;
  /** A thread of the user `u1` that no other test knows. */
  thread(): ThreadKey;
}
