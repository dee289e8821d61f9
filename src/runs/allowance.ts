import { RequestError } from "../domain/error.ts";
import type { Rate } from "../domain/rate.ts";
import type { UsageKind, UsageStore } from "../store/usage/contract.ts";
import type { RunLogger } from "./logger.ts";
import { TokenMeter } from "./token-meter.ts";

export interface AllowanceParts {
  readonly usage: UsageStore;
  /** Runs that a user may start. Null: no limit. */
  readonly ratePerUser: Rate | null;
  /** Tokens, input and output, that a user's runs may use. Null: no limit. */
  readonly tokensPerUser: Rate | null;
  readonly logger: Pick<RunLogger, "uncounted">;
}

/** Enforces each user's limits within a window, across all replicas. */
export class Allowance {
  constructor(private readonly parts: AllowanceParts) {}

  /** False when no limit is configured: users are not counted and the store is not queried. */
  get isLimited(): boolean {
    return this.parts.ratePerUser !== null || this.parts.tokensPerUser !== null;
  }

  /**
   * Counts one more run of the user. Returns the meter for the run's tokens, or null when tokens are not limited.
   * Throws `rate_limited` or `credit_exhausted`, or the store's error.
   */
  async take(userId: string): Promise<TokenMeter | null> {
    const { usage, ratePerUser, tokensPerUser } = this.parts;
    let known = 0;
    if (tokensPerUser !== null) {
      const { total, endsInMs } = await usage.read(userId, "tokens", tokensPerUser.windowMs);
      if (total >= tokensPerUser.limit) throw reached("tokens", tokensPerUser, endsInMs);
      known = total;
    }
    if (ratePerUser !== null) {
      const { isTaken, endsInMs } = await usage.take(userId, "requests", ratePerUser);
      if (!isTaken) throw reached("requests", ratePerUser, endsInMs);
    }
    return tokensPerUser === null ? null : this.#meter(userId, tokensPerUser, known);
  }

  /** Returns the meter for a run that was counted before, on another replica. Throws the store's error. */
  async meterFor(userId: string): Promise<TokenMeter | null> {
    const { usage, tokensPerUser } = this.parts;
    if (tokensPerUser === null) return null;
    const { total } = await usage.read(userId, "tokens", tokensPerUser.windowMs);
    return this.#meter(userId, tokensPerUser, total);
  }

  /** Takes back the count of a run that did not begin. */
  async giveBack(userId: string): Promise<void> {
    const { usage, ratePerUser, logger } = this.parts;
    if (ratePerUser === null) return;
    await usage.add(userId, "requests", ratePerUser.windowMs, -1).catch(logger.uncounted);
  }

  #meter(userId: string, { limit, windowMs }: Rate, known: number): TokenMeter {
    const { usage, logger } = this.parts;
    return new TokenMeter({
      limit,
      known,
      charge: async (amount) => (await usage.add(userId, "tokens", windowMs, amount)).total,
      failed: logger.uncounted,
    });
  }
}

const reached = (kind: UsageKind, { limit, windowMs }: Rate, endsInMs: number): RequestError => {
  const message =
    kind === "requests"
      ? "You have started as many runs as your limit allows. Try again later."
      : "You have used all the tokens that your limit allows. Try again later.";
  return new RequestError(kind === "requests" ? "rate_limited" : "credit_exhausted", message, {
    retryAfter: Math.max(1, Math.ceil(endsInMs / 1000)),
    limit: { name: kind, quota: limit, unit: kind, windowMs },
  });
};
