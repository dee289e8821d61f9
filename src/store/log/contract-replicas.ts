/** One of the processes that share a database. */
export interface Replica {
  /** Generated at each start and unguessable: another process with the same host name and process id gets another. */
  readonly id: string;
  /** A name for operators, such as host and process id. No decision depends on it. */
  readonly name: string;
}

interface Renewal {
  /** How long the lease lasts without another renewal, in milliseconds. */
  readonly ttlMs: number;
  /**
   * False when this process's last renewal failed, or when this is its first: the store may have been unreachable for
   * every replica.
   */
  readonly isUnbroken: boolean;
}

/**
 * Which replicas are alive. A run belongs to its replica for as long as that replica's lease lasts (see
 * `RunStore.takeover`). All times are the database's: no replica's clock matters.
 */
export interface ReplicaStore {
  /**
   * Registers the replica or renews its lease, in one statement on one row, however many runs it has. Uses a connection
   * of its own where the driver has connections. Gives up after a quarter of the lease, so that there is time for
   * another attempt.
   */
  renew(replica: Replica, renewal: Renewal): Promise<void>;
  /** Ends the lease at once: the runs that the replica still holds become orphans. Harmless when repeated. */
  leave(replicaId: string): Promise<void>;
  /** How many replicas besides this one are alive. */
  others(replicaId: string): Promise<number>;
  /**
   * Deletes replicas whose lease ended more than `forMs` milliseconds ago and that hold no unfinished run. Returns how
   * many.
   */
  sweep(forMs: number): Promise<number>;
}
