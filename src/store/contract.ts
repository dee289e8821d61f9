import type { ConcernStores } from "./concerns.ts";

/**
 * The contract of the store. Two drivers implement it, Postgres and embedded PGlite; one conformance suite
 * (test/conformance/store.ts) runs against both.
 *
 * Every call settles within its deadline. Every failure on the way to the database, a passed deadline included, is
 * thrown as a StoreError. A broken pool is replaced in the background, so that the next call may succeed.
 */
export interface Store extends ConcernStores {
  /** Applies the missing migrations, under a lock that other replicas respect. Returns how many it applied. */
  migrate(): Promise<number>;
  /**
   * Throws a StoreError when the database cannot be reached or cannot be used, and a `MigrationsMissing` when it lacks
   * migrations.
   */
  check(): Promise<void>;
  /**
   * Writes and commits for real: it overwrites a row of its own, and writes to the disk as a growing table does. So it
   * detects a full disk, a standby, and a role without the right to write. Throws a StoreError, which `storeFailureText` puts
   * in plain words.
   */
  tryWrite(): Promise<void>;
  /**
   * Begins a run, writes an event, ends the run, and rolls everything back. Throws a StoreError that names what could
   * not be written, and why. Leaves no trace.
   */
  rehearse(): Promise<void>;
  /** Waits for nothing: calls that are under way fail. Harmless when called twice. */
  close(): Promise<void>;
}
