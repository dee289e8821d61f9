/**
 * Time, ids and randomness, injected everywhere: a test passes its own, so no module reads a clock or a random
 * generator directly.
 */
export interface System {
  /** Milliseconds since the epoch. */
  now(): number;
  /** A new UUIDv7: its last 74 bits are unguessable, and ids sort by time of creation (RFC 9562 §5.7). */
  id(): string;
  /** A new secret: 256 bits from the cryptographic generator, as 43 characters of base64url. */
  secret(): string;
  /** Uniform in [0, 1). */
  random(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const realSystem: System = {
  now: () => Date.now(),
  id: () => Bun.randomUUIDv7(),
  secret: () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url"),
  random: () => Math.random(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", abort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", abort, { once: true });
    }),
};
