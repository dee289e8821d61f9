import type { ConcernStores } from "./concerns.ts";

/**
 * Where everything is kept. Two drivers implement it, Postgres and embedded PGlite; one conformance suite
 * (test/conformance/store.ts) runs against both.
 *
 * Every call settles within its deadline. What goes wrong on the way to the database, a passed deadline included, is
 * thrown as a StoreError; a broken pool is replaced behind the scenes, so that the next call may succeed.
 */
export interface Store extends ConcernStores {
  /** Applies the migrations that are missing, under a lock that other replicas respect. Returns how many it applied. */
  migrate(): Promise<number>;
  /** Throws a StoreError when the database cannot be reached or cannot be used, a `MigrationsMissing` when it lacks migrations. */
  check(): Promise<void>;
  /**
   * Writes for real, and commits it: over a row of its own, and to the disk as a table that grows does. So it finds a disk
   * that is full, a standby, a role that may not write. Throws a StoreError; `troubleOf` has it in plain words.
   */
  tryWrite(): Promise<void>;
  /**
   * Begins a run, lets it say something and end, and takes all of it back. Throws a StoreError that names what could not be
   * written, and why. Leaves no trace.
   */
  rehearse(): Promise<void>;
  /** Waits for nothing: what is under way fails. Harmless when called twice. */
  close(): Promise<void>;
}
