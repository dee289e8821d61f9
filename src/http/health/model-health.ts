import type { System } from "../../domain/system.ts";
import { type Model, ModelError } from "../../models/contract.ts";

/** How long a check is valid: probes come every few seconds, and providers count calls. */
const FRESH_MS = 30_000;
/** A probe waits this long for the model; then the model counts as unavailable. */
const TIMEOUT_MS = 5_000;

/** A model cannot be reached any more, with the error; null when it can be again. Called once per change. */
export type ModelChanged = (model: string, error: Error | null) => void;

/** Checks whether a model can be reached, at most once in 30 seconds while it can. */
export class ModelHealth {
  /** The words of the last report. */
  #reported = "ok";
  #latest: { readonly at: number; readonly verdict: Promise<string> } | undefined;

  constructor(
    private readonly model: Model,
    private readonly system: Pick<System, "now">,
    private readonly changed: ModelChanged,
  ) {}

  /** Returns `ok`, or the reason why not. */
  look(): Promise<string> {
    const now = this.system.now();
    if (this.#latest !== undefined && now - this.#latest.at <= FRESH_MS) return this.#latest.verdict;
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const verdict = this.model.check({ signal }).then(
      () => this.#report(null),
      (error: Error) => this.#report(error),
    );
    this.#latest = { at: now, verdict };
    void verdict.then((result) => {
      if (result !== "ok") this.#latest = undefined;
    });
    return verdict;
  }

  /** Returns the verdict in words. */
  #report(error: Error | null): string {
    const unnamed = error === null ? "ok" : "the model cannot be reached";
    const words = error instanceof ModelError ? error.message : unnamed;
    if (words !== this.#reported) this.changed(this.model.id, error);
    this.#reported = words;
    return words;
  }
}
