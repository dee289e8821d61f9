import { RequestError } from "../domain/error.ts";
import type { Rate } from "../domain/rate.ts";
import type { UsageKind, UsageStore } from "../store/usage/contract.ts";
import type { RunLogger } from "./logger.ts";
import { TokenMeter } from "./token-meter.ts";

export interface AllowanceParts {
  readonly usage: UsageStore;
  /** Runs that a user may start. Null: as many as may be. */
  readonly ratePerUser: Rate | null;
  /** Tokens, read and written, that a user's runs may take. Null: as many as may be. */
  readonly tokensPerUser: Rate | null;
  readonly logger: Pick<RunLogger, "uncounted">;
}

/** What users may use within a window, on all replicas together. */
export class Allowance {
  constructor(private readonly parts: AllowanceParts) {}

  /** False: nobody is counted, and the store is not asked. */
  get isLimited(): boolean {
    return this.parts.ratePerUser !== null || this.parts.tokensPerUser !== null;
  }

  /** Counts one more run of the user. Null: its tokens are not counted. Throws `rate_limited` or `credit_exhausted`, or the store's error. */
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

  /** The run that was counted did not begin. */
  async giveBack(userId: string): Promise<void> {
    const { usage, ratePerUser, logger: log } = this.parts;
    if (ratePerUser === null) return;
    await usage.add(userId, "requests", ratePerUser.windowMs, -1).catch(log.uncounted);
  }

  #meter(userId: string, { limit, windowMs }: Rate, known: number): TokenMeter {
    const { usage, logger: log } = this.parts;
    return new TokenMeter({
      limit,
      known,
      charge: async (amount) => (await usage.add(userId, "tokens", windowMs, amount)).total,
      failed: log.uncounted,
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
