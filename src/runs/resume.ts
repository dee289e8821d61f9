import type { AnyAgent } from "../agents/contract.ts";
import { RunError } from "../domain/error.ts";
import { EVENT_TYPES } from "../domain/event.ts";
import type { StoredInput } from "../domain/run.ts";
import { userOf } from "../domain/thread.ts";
import { ModelChoiceError, type Models } from "../models/choice.ts";
import type { Model } from "../models/contract.ts";
import type { TakenOver } from "../store/log/contract-takeover.ts";
import type { Allowance } from "./allowance.ts";
import { CANCELLED, LiveRun } from "./live-run.ts";
import { type RunToEndParts, runToEnd } from "./run-to-end.ts";
import { storedChoice } from "./stored-choice.ts";
import type { EarlierAttempts } from "./turn.ts";

export interface ResumeParts extends RunToEndParts {
  readonly models: Pick<Models, "choose">;
  readonly agents: { get(name: string): AnyAgent | undefined };
  readonly allowance: Allowance;
  /** Whether runs that have lost their replica go on. Otherwise they end as interrupted. */
  readonly takesOver: boolean;
  /** How many attempts a run may have whose replicas die. */
  readonly maxAttempts: number;
}

/** The error of a run that does not go on. */
const INTERRUPTED = new RunError("interrupted", "The service stopped before the answer was complete.");

/** The error of a run whose tool call nobody has decided on. */
const UNANSWERED = new RunError("cancelled", "Nobody has approved or rejected the tool call in time.");

/** Goes on with runs that this replica has taken over. */
export class Resumer {
  constructor(private readonly parts: ResumeParts) {}

  /**
   * Goes on with a run from what its earlier attempts have stored; one that was queued begins. Resolves when it is under
   * way, with null, or with the error that it must end with instead. Rejects with the store's error.
   */
  async resume(taken: TakenOver): Promise<RunError | null> {
    const { store, registry, agents, takesOver, maxAttempts } = this.parts;
    const { runId, threadKey } = taken.fence;
    if (!takesOver && taken.reason !== "resumed") return INTERRUPTED;
    if (taken.takeovers >= maxAttempts) return INTERRUPTED;
    const userId = userOf(threadKey);
    const found = await store.runs.request(userId, runId);
    const agent = found === null ? undefined : agents.get(found.run.agent);
    if (found === null || agent === undefined) return INTERRUPTED;
    const { model: _, choseModel: __, hadFile, ...input } = found.input;
    const file = hadFile ? await store.files.get(taken.fence) : null;
    if (hadFile && file === null) return INTERRUPTED;
    const model = await this.#model(found.input, agent);
    if (model instanceof RunError) return model;
    const earlier = taken.attempt === 1 ? null : await this.#earlier(taken);
    const meter = await this.parts.allowance.meterFor(userId);
    const live = new LiveRun(runId, threadKey, userId, found.run.traceId);
    live.confirm();
    registry.adopt(live);
    if (taken.cancelRequested) live.abort(taken.hasExpired ? UNANSWERED : CANCELLED);
    void runToEnd(
      live,
      { agent, input, model, file: file && { ...file, release: () => {} }, meter, earlier },
      taken,
      this.parts,
    );
    return null;
  }

  async #earlier({ fence, attempt, reason }: TakenOver): Promise<EarlierAttempts> {
    const { store } = this.parts;
    const [progress, events, approvals] = await Promise.all([
      store.runs.progress(fence),
      store.events.ofRun(fence.threadKey, fence.runId, EVENT_TYPES),
      store.approvals.ofRun(fence),
    ]);
    return { ...progress, events, approvals, started: { attempt, reason } };
  }

  /** The run's model, or the error when it is not available here. */
  async #model(input: StoredInput, agent: AnyAgent): Promise<Model | RunError> {
    try {
      return await this.parts.models.choose(storedChoice(input), agent.model);
    } catch (cause) {
      if (!(cause instanceof ModelChoiceError)) throw cause;
      return new RunError("model_unavailable", "The model is not available any more.", { cause });
    }
  }
}
