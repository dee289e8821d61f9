import type { AgentLog } from "../context.ts";

/** What a remote agent does that the protocol does not allow, or that is not passed on: one log line a kind and run. */
export class Notes {
  readonly #noted = new Set<string>();

  constructor(private readonly log: Pick<AgentLog, "warn">) {}

  /** `what` completes "the remote agent …", and holds nothing that the remote agent chose. */
  note(what: string): void {
    if (this.#noted.has(what)) return;
    this.#noted.add(what);
    this.log.warn(`the remote agent ${what}`);
  }
}
