import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from "jose";
import type { System } from "../../domain/system.ts";

/** The keys could not be fetched, so tokens cannot be verified now. */
export class KeysAway extends Error {
  override readonly name = "KeysAway";
}

/** Keys of this age are fetched again while they remain in use. */
const REFRESH_MS = 10 * 60_000;
/** Keys that could not be renewed for this long are no longer used. */
const MAX_AGE_MS = 60 * 60_000;
/** Timeout of a fetch. */
const FETCH_MS = 5_000;
/** The most fetches a minute that unknown key ids cause: anyone can invent key ids. */
const UNKNOWN_A_MINUTE = 10;

/**
 * The public keys that an identity provider publishes (RFC 7517). They are fetched with the first token, cached, and
 * renewed in the background. A token with an unknown key triggers a fetch, so that a rotation takes effect at once.
 * Requests that arrive during a fetch share it, and only those that need it wait.
 */
export class KeySet {
  readonly #remote: ReturnType<typeof createRemoteJWKSet>;
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #minute = Number.NEGATIVE_INFINITY;
  #unknown = 0;

  /** `failed` is called when the keys could not be fetched, for the logger. */
  constructor(
    url: string,
    private readonly system: Pick<System, "now">,
    private readonly failed: (error: unknown) => void,
  ) {
    // This class decides when to fetch: jose would make every token wait for a renewal, and would ignore a rotation for
    // 30 s.
    const never = Number.POSITIVE_INFINITY;
    const options = { timeoutDuration: FETCH_MS, cooldownDuration: never, cacheMaxAge: never };
    this.#remote = createRemoteJWKSet(new URL(url), options);
  }

  /** Returns the key of a token, for jose. Throws jose's errors and `KeysAway`. */
  readonly keyOf: JWTVerifyGetKey = async (header, token) => {
    const age = this.system.now() - this.#fetchedAt;
    if (age >= MAX_AGE_MS) await this.#fetch();
    else if (age >= REFRESH_MS) this.#fetch().catch(() => {}); // logged already, and the cached keys are still valid
    try {
      return await this.#remote(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !this.#mayFetchForUnknown()) throw error;
      await this.#fetch();
      return await this.#remote(header, token);
    }
  };

  /** Fetches the keys now. Throws `KeysAway`. */
  check(): Promise<void> {
    return this.#fetch();
  }

  async #fetch(): Promise<void> {
    try {
      await this.#remote.reload();
      this.#fetchedAt = this.system.now();
    } catch (cause) {
      this.failed(cause);
      throw new KeysAway("the keys could not be fetched from JWKS_URL", { cause });
    }
  }

  #mayFetchForUnknown(): boolean {
    const now = this.system.now();
    if (now - this.#minute >= 60_000) {
      this.#minute = now;
      this.#unknown = 0;
    }
    return this.#unknown++ < UNKNOWN_A_MINUTE;
  }
}
