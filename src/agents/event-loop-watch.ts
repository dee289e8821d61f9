import type { System } from "../domain/system.ts";
import type { AgentLogger, AgentPlace } from "./logger.ts";

/** The longest that an agent may block the event loop before it is logged, in milliseconds. */
const MAX_BLOCKED_MS = 200;
/** How long a node counts as under way after its run has ended without it, in milliseconds. */
const ABANDONED_MS = 10_000;
/** How often the loop is looked at while agents are under way, in milliseconds. */
const LOOK_MS = 100;

/**
 * Names the agents that block the event loop, which all runs share. A stretch that begins where the service resumes an
 * agent is measured and certainly belongs to it. Any other shows as a late timer, and is attributed to all agents that
 * were running.
 */
export class EventLoopWatch {
  readonly #underWay = new Set<AgentPlace>();
  /** Those that were under way at any time since the last look. */
  #seen = new Set<AgentPlace>();
  #isLooking = false;
  /** A stretch up to this time has been reported. */
  #reportedUntil = 0;

  constructor(
    private readonly system: Pick<System, "now" | "sleep">,
    private readonly logger: Pick<AgentLogger, "blockedLoop">,
  ) {}

  /**
   * Call it when a node begins. Returns the function to call when it is over. A node that never returns is taken for
   * idle some time after `signal` has aborted; until then it may still be at work.
   */
  begin(place: AgentPlace, signal: AbortSignal): () => void {
    this.#underWay.add(place);
    this.#seen.add(place);
    if (!this.#isLooking) void this.#look();
    const abandon = () => void this.system.sleep(ABANDONED_MS).then(leave);
    const leave = () => {
      signal.removeEventListener("abort", abandon);
      this.#underWay.delete(place);
    };
    signal.addEventListener("abort", abandon, { once: true });
    return leave;
  }

  /** Runs and measures a stretch of an agent's code. */
  measure<T>(place: AgentPlace, stretch: () => T): T {
    const from = this.system.now();
    try {
      return stretch();
    } finally {
      const now = this.system.now();
      if (now - from > MAX_BLOCKED_MS) this.#report([place], now - from, now);
    }
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    while (this.#underWay.size > 0) {
      this.#seen = new Set(this.#underWay);
      const from = this.system.now();
      await this.system.sleep(LOOK_MS);
      const now = this.system.now();
      const late = now - from - LOOK_MS;
      if (late > MAX_BLOCKED_MS && this.#reportedUntil < from) this.#report([...this.#seen], late, now);
    }
    this.#isLooking = false;
  }

  #report(places: readonly AgentPlace[], ms: number, now: number): void {
    this.#reportedUntil = now;
    this.logger.blockedLoop(places, ms);
  }
}
