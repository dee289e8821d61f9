/** Receives what the processes that share the database send each other. */
export interface HintListener {
  received(payload: string): void;
  /** Listening has begun, or has begun again: what was sent before may be lost. */
  listening(): void;
}

/**
 * Short messages between the processes that share a database. Nothing is stored: a process that does not listen at the
 * moment never gets them. Behind a pooler in transaction mode they can be sent, and reach nobody.
 */
export interface HintStore {
  /**
   * Sends `payload` to every process that listens, this one included. It is no part of any other write. At most
   * `MAX_HINT_BYTES` of UTF-8, without NUL.
   */
  send(payload: string): Promise<void>;
  /**
   * Begins to listen on a connection of its own, where the driver has connections, which is opened again whenever it is
   * lost. Returns a function that ends it.
   */
  listen(listener: HintListener): Promise<() => void>;
}

/** Postgres takes payloads of less than 8,000 bytes (https://www.postgresql.org/docs/18/sql-notify.html). */
export const MAX_HINT_BYTES = 7_999;
