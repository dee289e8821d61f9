import { FOLDED, foldAnswer } from "../domain/answer.ts";
import { RunError } from "../domain/error.ts";
import { estimateTokens } from "../domain/tokens.ts";
import type { Journal } from "../journal/journal.ts";
import type { Claimed } from "../store/contract.ts";
import { endingOf } from "./ending.ts";
import { CANCELLED } from "./live.ts";
import { LEASE_MS, type RunsParts } from "./runs.ts";

/** How many orphans one tick ends. */
const ORPHANS_A_TICK = 100;
/** How often expired tickets are swept out, and how many at once: an expired one is worth nothing, swept or not. */
const SWEEP_MS = 60_000;
const TICKETS_A_SWEEP = 1_000;

export interface UpkeepParts extends RunsParts {
  readonly journal: Journal;
  /** Whether an owner is known to be dead, such as a process of this machine that is gone. */
  isDead(owner: string): boolean;
}

/** What must happen every now and then: leases are renewed, cancellations heard of, orphans ended, old tickets swept out. */
export class Upkeep {
  #sweptAt = 0;

  constructor(private readonly parts: UpkeepParts) {}

  /** Also called once on start. Never throws: what fails is logged and tried again at the next tick. */
  async tick(): Promise<void> {
    try {
      await this.#renew();
      await this.#endOrphans();
      await this.#sweepTickets();
    } catch (error) {
      this.parts.log.upkeepFailed(error);
    }
  }

  async #renew(): Promise<void> {
    const { registry, store, owner, system } = this.parts;
    const runIds = registry.all().flatMap((run) => (run.isKept ? [run.runId] : []));
    if (runIds.length === 0) return;
    const { lost, cancelled } = await store.runs.renew(owner, runIds, LEASE_MS, system.now());
    for (const runId of cancelled) registry.get(runId)?.abort(CANCELLED);
    for (const runId of lost) registry.get(runId)?.abort("lost");
  }

  async #endOrphans(): Promise<void> {
    const { store, owner, system, log } = this.parts;
    const dead = (await store.runs.owners()).filter((other) => other !== owner && this.parts.isDead(other));
    for (const { runId, threadKey } of await store.runs.orphans(system.now(), dead, ORPHANS_A_TICK)) {
      if (this.parts.registry.get(runId) !== undefined) continue;
      const turn = { runId, threadKey, messageId: system.id(), owner, leaseMs: LEASE_MS, now: system.now() };
      const claimed = await store.runs.takeover(turn, dead);
      if (claimed === null) continue;
      await this.#interrupt(claimed);
      log.recovered(runId);
    }
  }

  async #sweepTickets(): Promise<void> {
    const { store, system } = this.parts;
    const now = system.now();
    if (now - this.#sweptAt < SWEEP_MS) return;
    // When that many have gone there may be more: the next tick goes on.
    if ((await store.tickets.sweep(now, TICKETS_A_SWEEP)) < TICKETS_A_SWEEP) this.#sweptAt = now;
  }

  /** What the run had said stays in the thread. */
  async #interrupt({ fence, lastSeq, lastAt }: Claimed): Promise<void> {
    const { store, journal, system } = this.parts;
    const said = foldAnswer(await store.events.ofRun(fence.threadKey, fence.runId, FOLDED));
    const writer = journal.open(fence, lastSeq, () => {}, { said, lastAt });
    const why = new RunError("interrupted", "The service stopped before the answer was complete.");
    // What the model counted died with the process; what it said can still be counted.
    const usage = { inputTokens: 0, outputTokens: estimateTokens(said.content) };
    const ending = endingOf(why, { messageId: system.id(), usage, now: system.now() });
    await writer.close(ending, ending);
  }
}
