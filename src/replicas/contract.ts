import type { ThreadKey } from "../domain/thread.ts";

/**
 * The hints that replicas send each other. One word each, the same in every release that shares a database; a replica ignores the
 * words that it does not know.
 *
 * - `run`: something was asked of this run, or done to it, in the store: cancelled, approved, deleted. The key is its id.
 * - `orphans`: there are runs that no replica executes. No key.
 * - `watch`, `changed`: this replica waits for the topic, or has changed it. The key is a `Topic`.
 * - `ask`: whoever waits for topics, say so again. No key.
 * - `probe`: nothing; whoever sends it looks whether it comes back. No key.
 */
export const HINT_KINDS = ["run", "orphans", "watch", "changed", "ask", "probe"] as const;
export type HintKind = (typeof HINT_KINDS)[number];

/**
 * Hints between the replicas that share a store. The store's rows are the truth: a hint only says that it is worth
 * looking at them now. It may be lost, come twice, or name what nobody knows. So each receiver also looks by itself from
 * time to time, and decides by what it reads, never by the hint.
 */
export interface ReplicaHints {
  /**
   * Tells every other replica, soon. Never throws and never waits. Hints are gathered: a key that is sent several times
   * before the next message goes once, and too many keys of a kind go as null. `key`: at most 256 characters; null
   * stands for every key of the kind.
   */
  send(kind: HintKind, key: string | null): void;
  /**
   * Calls `hinted` for each hint of another replica. Null: look at everything, because there were too many keys, or
   * because some may have been lost. Returns a function that ends it.
   */
  on(kind: HintKind, hinted: (key: string | null) => void): () => void;
  /** Whether hints have been arriving lately. When false, rely on looking by yourself, and look more often. */
  readonly areArriving: boolean;
}

/** How this process learns what other replicas have done. */
export interface HintTravel {
  /** `listen`: hints arrive, by Postgres' notifications. `poll`: LISTEN does not work, so it only asks the database. */
  readonly by: "listen" | "poll";
  /** Milliseconds since the epoch, by this process's clock. */
  readonly since: number;
}

/**
 * Names something that one replica changes and others may wait for: 48 bits of a hash, because a user's id may be long
 * and is nobody's business. Two that share a name cost a look in vain.
 */
export type Topic = string & { readonly isTopic: unique symbol };

const nameOf = (text: string): Topic => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(Bun.hash.xxHash64(text));
  return bytes.toString("base64url", 2) as Topic;
};

/** The thread's log: its events, and whether it exists. */
export const logTopic = (key: ThreadKey): Topic => nameOf(`log ${key}`);
/** The thread's runs: which are queued, running, ended. */
export const runsTopic = (key: ThreadKey): Topic => nameOf(`runs ${key}`);

/** Changes of topics, sent to those who watch them, in this process and in others. As lossy as hints. */
export interface Topics {
  /**
   * Calls `changed` soon after the topic has changed, and sometimes in vain. The caller looks at the store before it
   * waits, and from time to time. Returns a function that ends it.
   */
  watch(topic: Topic, changed: () => void): () => void;
  /** Tells those who watch the topic. Costs next to nothing when nobody does. */
  changed(topic: Topic): void;
  /** See `ReplicaHints`. */
  readonly areArriving: boolean;
}
