import { RunError } from "../domain/error.ts";
import type { Usage } from "../domain/run.ts";
import { tokensIn } from "../domain/tokens.ts";

/** The error that ends a run that exceeds its user's budget. */
const EXHAUSTED = new RunError("credit_exhausted", "This user has used all the tokens that the limit allows.");

/**
 * At most this many tokens of a run are not yet in the store, so the user's other runs, on other replicas, cannot count
 * them.
 */
const SLICE = 1_000;
/** For a small budget a slice is at most the budget divided by this. */
const PART = 20;

export interface MeterParts {
  readonly limit: number;
  /** What the store had counted when the run was admitted. */
  readonly known: number;
  /** Adds `amount` tokens in the store. Returns the user's new total, other runs included. */
  charge(amount: number): Promise<number>;
  /** Called when a charge fails. The next charge includes it. */
  failed(error: unknown): void;
}

/**
 * Counts the tokens of one run against its user's budget while it runs: by estimate while a model generates, then by
 * the model's own count. The store is charged in slices, one call at a time.
 */
export class TokenMeter {
  #known: number;
  /** Counted, but not yet in the store. */
  #uncharged = 0;
  /** The part of `#uncharged` that is being charged now. */
  #inFlight = 0;
  /** Counted by estimate, until the model reports its own count. */
  #estimated = 0;
  #charging: Promise<void> | undefined;
  #exhausted: (why: RunError) => void = () => {};
  readonly #slice: number;

  constructor(private readonly parts: MeterParts) {
    this.#known = parts.known;
    this.#slice = Math.max(1, Math.min(SLICE, Math.floor(parts.limit / PART)));
  }

  /** Calls `exhausted` as soon as the budget is exceeded, possibly more than once. */
  watch(exhausted: (why: RunError) => void): void {
    this.#exhausted = exhausted;
  }

  /** Counts a delta of a model's output by estimate. */
  countText(text: string): void {
    const tokens = tokensIn(text);
    this.#estimated += tokens;
    this.#count(tokens);
  }

  /** Counts the usage that a model reports for a call that has ended, in place of the estimate. */
  countUsage({ inputTokens, outputTokens }: Usage): void {
    const more = inputTokens + outputTokens - this.#estimated;
    this.#estimated = 0;
    this.#count(more);
  }

  /** Resolves once everything is charged; by then it is known whether the budget was exceeded. Never throws. */
  async settle(): Promise<void> {
    // An estimate that no model's count replaced is removed: no model produced that text.
    this.countUsage({ inputTokens: 0, outputTokens: 0 });
    await this.#charging;
    if (Math.round(this.#uncharged) !== 0) await this.#charge();
  }

  #count(tokens: number): void {
    this.#uncharged += tokens;
    this.#checkLimit();
    if (this.#uncharged - this.#inFlight >= this.#slice) this.#charging ??= this.#charge();
  }

  #checkLimit(): void {
    if (this.#known + this.#uncharged > this.parts.limit) this.#exhausted(EXHAUSTED);
  }

  async #charge(): Promise<void> {
    const amount = Math.round(this.#uncharged);
    this.#inFlight = amount;
    try {
      this.#known = await this.parts.charge(amount);
      this.#uncharged -= amount;
      this.#checkLimit();
    } catch (error) {
      this.parts.failed(error);
    } finally {
      this.#inFlight = 0;
      this.#charging = undefined;
    }
  }
}
