import { RunError } from "../domain/error.ts";
import type { Usage } from "../domain/run.ts";
import { tokensIn } from "../domain/tokens.ts";

/** What a run ends with that passes its user's budget on its way. */
const EXHAUSTED = new RunError("credit_exhausted", "This user has used all the tokens that the limit allows.");

/** So many tokens at most are not yet in the store: what a user's other runs, on other replicas, cannot know of. */
const SLICE = 1_000;
/** Of a small budget a slice is at most this part. */
const PART = 20;

export interface MeterParts {
  readonly limit: number;
  /** What the store had counted when the run was let in. */
  readonly known: number;
  /** Counts so many tokens more in the store; what the user has used then, other runs included. */
  charge(amount: number): Promise<number>;
  /** A charge failed: it is made again with the next. */
  failed(error: unknown): void;
}

/**
 * Counts the tokens of one run against its user's budget, while it runs: by estimate as a model speaks, by the model's own
 * count when it has spoken. The store is told in slices, one call at a time.
 */
export class TokenMeter {
  #known: number;
  /** Counted, and not yet in the store. */
  #uncharged = 0;
  /** What of that is on its way there. */
  #underWay = 0;
  /** Counted by estimate, until the model has counted. */
  #estimated = 0;
  #charging: Promise<void> | undefined;
  #exhausted: (why: RunError) => void = () => {};
  readonly #slice: number;

  constructor(private readonly parts: MeterParts) {
    this.#known = parts.known;
    this.#slice = Math.max(1, Math.min(SLICE, Math.floor(parts.limit / PART)));
  }

  /** `exhausted` is called as soon as the budget is passed, and may be called again. */
  watch(exhausted: (why: RunError) => void): void {
    this.#exhausted = exhausted;
  }

  /** A piece of what a model says. */
  said(text: string): void {
    const tokens = tokensIn(text);
    this.#estimated += tokens;
    this.#count(tokens);
  }

  /** What a model has counted for a call that has ended. */
  spent({ inputTokens, outputTokens }: Usage): void {
    const more = inputTokens + outputTokens - this.#estimated;
    this.#estimated = 0;
    this.#count(more);
  }

  /** Resolves once the store has been told of all; by then it is known whether the budget was passed. Never throws. */
  async settle(): Promise<void> {
    // What was said and never counted was no model's.
    this.spent({ inputTokens: 0, outputTokens: 0 });
    await this.#charging;
    if (Math.round(this.#uncharged) !== 0) await this.#charge();
  }

  #count(tokens: number): void {
    this.#uncharged += tokens;
    this.#look();
    if (this.#uncharged - this.#underWay >= this.#slice) this.#charging ??= this.#charge();
  }

  #look(): void {
    if (this.#known + this.#uncharged > this.parts.limit) this.#exhausted(EXHAUSTED);
  }

  async #charge(): Promise<void> {
    const amount = Math.round(this.#uncharged);
    this.#underWay = amount;
    try {
      this.#known = await this.parts.charge(amount);
      this.#uncharged -= amount;
      this.#look();
    } catch (error) {
      this.parts.failed(error);
    } finally {
      this.#underWay = 0;
      this.#charging = undefined;
    }
  }
}
