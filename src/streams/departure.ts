import type { System } from "../domain/system.ts";

/** How long a client waits before it comes back to a stream that ended early, in milliseconds. */
const RECONNECT_MS = 1_000;

/** Whether this process is leaving its readers, who are to find their runs elsewhere. */
export class Departure {
  #hasBegun = false;

  constructor(
    private readonly system: Pick<System, "random">,
    /** They come back within this time, each at a random moment: the other replicas get them one by one. */
    private readonly spreadMs: number,
  ) {}

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  begin(): void {
    this.#hasBegun = true;
  }

  /** What a reader whose stream ends early is told to wait, in milliseconds. */
  retryMs(): number {
    return this.#hasBegun ? Math.round(this.system.random() * this.spreadMs) : RECONNECT_MS;
  }
}
