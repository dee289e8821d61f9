import { createHash } from "node:crypto";
import { errors, jwtVerify, SignJWT } from "jose";
import { RequestError } from "../../domain/error.ts";
import type { Scope } from "../../domain/identity.ts";
import type { System } from "../../domain/system.ts";
import type { SecretStore } from "../../store/secrets/contract.ts";
import { isUserId } from "./identity.ts";

/** The prefix of access tokens: it identifies a leaked one, and no other service's JWT is taken for one. */
const PREFIX = "yat_";
/** The name of the signing secret in the store. */
const SECRET_NAME = "access-token";

/** What an access token permits. */
export interface Grant {
  readonly userId: string;
  readonly scopes: ReadonlySet<Scope>;
  /** The only thread that it gives access to; null: all of the user's. */
  readonly threadId: string | null;
}

export interface AccessTokenParts {
  readonly secrets: SecretStore;
  readonly system: Pick<System, "now" | "secret">;
  /** Null: a secret is generated once and stored, so that replicas agree. */
  readonly configured: string | null;
}

export const isAccessToken = (token: string): boolean => token.startsWith(PREFIX);

/** Short-lived tokens that a backend or a user gives to a page: signed, not stored, valid until they expire. */
export class AccessTokens {
  #key: Promise<Uint8Array> | undefined;

  constructor(private readonly parts: AccessTokenParts) {}

  /** Issues a token. `expiresAt` is in milliseconds since the epoch, a whole second. Throws the store's error. */
  async issue(
    { userId, scopes, threadId }: Grant,
    ttlMs: number,
  ): Promise<{ readonly token: string; readonly expiresAt: number }> {
    const now = this.parts.system.now();
    const expires = Math.ceil((now + ttlMs) / 1000);
    const claims = { scope: [...scopes], ...(threadId !== null && { thread: threadId }) };
    const signed = await new SignJWT(claims)
      .setProtectedHeader({ alg: "HS256" })
      .setSubject(userId)
      .setIssuedAt(Math.floor(now / 1000))
      .setExpirationTime(expires)
      .sign(await this.#signingKey());
    return { token: PREFIX + signed, expiresAt: expires * 1000 };
  }

  /**
   * Verifies a token. Throws `unauthorized` when it has expired, `forbidden` when this service did not sign it, or the
   * store's error.
   */
  async grantOf(token: string): Promise<Grant> {
    const key = await this.#signingKey();
    try {
      const { payload } = await jwtVerify(token.slice(PREFIX.length), key, {
        algorithms: ["HS256"],
        currentDate: new Date(this.parts.system.now()),
        requiredClaims: ["exp", "sub"],
      });
      const { sub = "", scope, thread } = payload;
      if (!isUserId(sub) || !Array.isArray(scope)) throw new Error("signed, and none of ours");
      return {
        userId: sub,
        scopes: new Set(scope as readonly Scope[]),
        threadId: typeof thread === "string" ? thread : null,
      };
    } catch (error) {
      if (error instanceof errors.JWTExpired) {
        throw new RequestError("unauthorized", "The access token has expired. Request a new one.");
      }
      throw new RequestError("forbidden", "The access token is not valid.", { cause: error });
    }
  }

  #signingKey(): Promise<Uint8Array> {
    this.#key ??= this.#secret().then(
      // When an operator uses one secret for two purposes, the tokens of one must not be valid for the other.
      (secret) => createHash("sha256").update("yeoul access token\0").update(secret).digest(),
      (error: unknown) => {
        this.#key = undefined;
        throw error;
      },
    );
    return this.#key;
  }

  #secret(): Promise<string> {
    const { configured, secrets, system } = this.parts;
    return configured === null ? secrets.ensure(SECRET_NAME, system.secret()) : Promise.resolve(configured);
  }
}
