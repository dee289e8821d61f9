/** A process among those that share a database. */
export interface Replica {
  /** Made anew at each start, unguessable: whoever has the same host name and process id is another. */
  readonly id: string;
  /** What operators know it by, such as host and process id. Nothing is decided by it. */
  readonly name: string;
}

interface Renewal {
  /** How long the lease is good for without another renewal, in milliseconds. */
  readonly ttlMs: number;
  /** False when this process's last renewal failed, or was its first: the store may have been away for everybody. */
  readonly isUnbroken: boolean;
}

/**
 * Which replicas live. A run is its replica's as long as that one's lease lasts (see `RunStore.takeover`). All times are the
 * database's: no replica's clock has a say.
 */
export interface ReplicaStore {
  /**
   * Registers the replica or renews its lease, by one statement on one row, however many runs it has. Goes by a connection
   * of its own where the driver has connections, and is given up after a quarter of the lease, so that there is time for
   * another.
   */
  renew(replica: Replica, renewal: Renewal): Promise<void>;
  /** Ends the lease at once: what the replica still holds is an orphan. Harmless when repeated. */
  leave(replicaId: string): Promise<void>;
  /** Forgets replicas whose lease ended more than `forMs` milliseconds ago and that hold no unfinished run. Returns how many. */
  sweep(forMs: number): Promise<number>;
}
