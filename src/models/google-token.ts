import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { importPKCS8, SignJWT } from "jose";
import type { System } from "../domain/system.ts";
import { upstreamFetch } from "../upstream/fetched.ts";
import { ModelError } from "./contract.ts";
import { failureOfSend } from "./failure.ts";
import { ProviderError } from "./provider-error.ts";

/** The members of a service account's key file that are read here. */
const ServiceAccount = Type.Object({
  client_email: Type.String(),
  private_key: Type.String(),
  token_uri: Type.String({ pattern: "^https?://", default: "https://oauth2.googleapis.com/token" }),
});
export type ServiceAccount = Static<typeof ServiceAccount>;

const VARIABLE = "GOOGLE_VERTEX_CREDENTIALS";

/** Reads a key file's JSON. Throws an Error without its content: it holds a private key. */
export const serviceAccountFrom = (json: string): ServiceAccount => {
  const refused = new Error(`${VARIABLE} must be the JSON of a service account's key file.`);
  let parsed: unknown;
  try {
    parsed = Value.Default(ServiceAccount, JSON.parse(json));
  } catch {
    throw refused;
  }
  if (!Value.Check(ServiceAccount, parsed)) throw refused;
  return parsed;
};

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const LIFETIME_S = 3_600;
/** A token is renewed this long before its end, in milliseconds: a call may have to wait. */
const EARLY_MS = 300_000;

/**
 * Access tokens of a service account, each used until shortly before its end.
 * https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests
 */
export class GoogleTokens {
  #current: { readonly token: Promise<string>; readonly untilMs: number } | undefined;

  constructor(
    private readonly account: ServiceAccount,
    private readonly system: System,
  ) {}

  /** Rejects with a ModelError that holds no key. The next call then asks again. */
  async token(): Promise<string> {
    const now = this.system.now();
    if (this.#current === undefined || now > this.#current.untilMs) {
      const token = this.#fetch(now);
      this.#current = { token, untilMs: now + LIFETIME_S * 1_000 - EARLY_MS };
      token.catch(() => {
        this.#current = undefined;
      });
    }
    return this.#current.token;
  }

  async #fetch(now: number): Promise<string> {
    const { client_email: issuer, private_key: key, token_uri: url } = this.account;
    const issuedAt = Math.floor(now / 1_000);
    const assertion = await new SignJWT({ scope: SCOPE })
      .setProtectedHeader({ alg: "RS256", typ: "JWT" })
      .setIssuer(issuer)
      .setAudience(url)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + LIFETIME_S)
      .sign(await importPKCS8(key, "RS256"));
    const grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    const body = new URLSearchParams({ grant_type: grant, assertion });
    const response = await upstreamFetch(url, { method: "POST", body }).catch((error: unknown) => {
      throw failureOfSend(error);
    });
    const answer = await response.text();
    const parsed: unknown = response.ok ? jsonOf(answer) : undefined;
    if (Value.Check(Answer, parsed)) return parsed.access_token;
    const retryable = response.status >= 500;
    throw new ModelError("model_unavailable", `The model service refused access (HTTP ${response.status}).`, {
      retryable,
      isRecoverable: retryable,
      remedy: `Set ${VARIABLE} to the JSON of a valid key file.`,
      cause: new ProviderError(`HTTP ${response.status} for an access token`, answer),
    });
  }
}

const Answer = Type.Object({ access_token: Type.String({ minLength: 1 }) });

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
