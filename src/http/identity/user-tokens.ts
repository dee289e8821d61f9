import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from "jose";
import { RequestError } from "../../domain/error.ts";
import type { UserTokenSettings } from "../../domain/identity.ts";
import type { System } from "../../domain/system.ts";
import { isUserId } from "./identity.ts";
import { KeySet, KeysAway } from "./key-set.ts";

/** Algorithms by the kind of key. They are never mixed: a public key must not serve as a secret (RFC 8725 §2.1). */
const WITH_SECRET = ["HS256", "HS384", "HS512"];
const WITH_KEYS = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];
/** Seconds by which the clocks of the token's issuer and this machine may differ, for `exp` and `nbf`. */
const LEEWAY_S = 5;
/** Seconds after which to retry while the keys are unavailable. */
const RETRY_AFTER = 5;

export interface UserTokenLogger {
  /** A valid token holds an invalid user id. */
  unusableUser(claim: string): void;
  /** The keys that verify users' tokens could not be fetched. */
  keysAway(error: unknown): void;
}

/** Users' own tokens from the operator's identity provider: signed JWTs (RFC 7519). */
export class UserTokens {
  readonly #secret: Uint8Array | null;
  readonly #keys: KeySet | null;

  constructor(
    private readonly settings: UserTokenSettings,
    private readonly system: Pick<System, "now">,
    private readonly logger: UserTokenLogger,
  ) {
    const { secret, jwksUrl } = settings;
    this.#secret = secret === null ? null : new TextEncoder().encode(secret);
    this.#keys = jwksUrl === null ? null : new KeySet(jwksUrl, system, (error) => logger.keysAway(error));
  }

  /**
   * Returns the user of the token. Throws `unauthorized` when it has expired, `identity_unavailable` while the keys are
   * unavailable, and `forbidden` for any other invalid token.
   */
  async userOf(token: string): Promise<string> {
    const { userClaim } = this.settings;
    const claim = (await this.#claims(token))[userClaim];
    // Some providers use numbers as ids.
    const userId = Number.isSafeInteger(claim) ? `${claim as number}` : claim;
    if (typeof userId === "string" && isUserId(userId)) return userId;
    this.logger.unusableUser(userClaim);
    throw new RequestError(
      "forbidden",
      "The token's user id must be 1 to 128 characters without ':' and control characters.",
    );
  }

  async #claims(token: string): Promise<JWTPayload> {
    try {
      return await this.#verified(token);
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new RequestError("unauthorized", "The token has expired.");
      if (error instanceof KeysAway) {
        const message = "The keys that verify tokens are unavailable. Try again shortly.";
        throw new RequestError("identity_unavailable", message, { retryAfter: RETRY_AFTER, cause: error });
      }
      throw new RequestError("forbidden", "The token is not valid.", { cause: error });
    }
  }

  async #verified(token: string): Promise<JWTPayload> {
    const { issuer, audiences } = this.settings;
    const { alg = "none" } = decodeProtectedHeader(token);
    const checks = {
      clockTolerance: LEEWAY_S,
      currentDate: new Date(this.system.now()),
      ...(issuer !== null && { issuer }),
      ...(audiences.length > 0 && { audience: [...audiences] }),
    };
    if (this.#secret !== null && WITH_SECRET.includes(alg)) {
      return (await jwtVerify(token, this.#secret, { ...checks, algorithms: WITH_SECRET })).payload;
    }
    const keys = this.#keys;
    if (keys === null || !WITH_KEYS.includes(alg)) throw new errors.JOSEAlgNotAllowed();
    const options = { ...checks, algorithms: WITH_KEYS };
    try {
      return (await jwtVerify(token, keys.keyOf, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      // A token without a key id that several keys could have signed.
      for await (const key of error) {
        const verified = await jwtVerify(token, key, options).catch((thrown: unknown) => {
          if (thrown instanceof errors.JWSSignatureVerificationFailed) return null;
          throw thrown;
        });
        if (verified !== null) return verified.payload;
      }
      throw new errors.JWSSignatureVerificationFailed();
    }
  }
}
