import { RequestError } from "../../domain/error.ts";
import type { IdentitySettings } from "../../domain/identity.ts";
import { headerText } from "../request/header-text.ts";
import { type AccessTokens, isAccessToken } from "./access-tokens.ts";
import { ANONYMOUS, type Claim, isUserId } from "./identity.ts";
import { serviceTokenCheck } from "./service-tokens.ts";
import type { UserTokens } from "./user-tokens.ts";

export interface CredentialParts {
  readonly settings: IdentitySettings;
  readonly accessTokens: AccessTokens;
  /** Null: none are accepted. */
  readonly userTokens: UserTokens | null;
  /** Reports that the trusted header holds an invalid user id. */
  unusableUser(where: string): void;
}

/** The query parameter for an access token, for clients that cannot send a header: `EventSource`, `<img>`. */
const QUERY = "access_token";

/**
 * Judges a request by its credential. Several kinds may be configured; the token's form shows which one it is. Throws
 * `unauthorized` when a required credential is missing or has expired, and `forbidden` when it is wrong.
 */
export const credentialVerifier = (parts: CredentialParts): ((request: Request) => Claim | Promise<Claim>) => {
  const { settings, accessTokens, userTokens } = parts;
  const isServiceToken = serviceTokenCheck(settings.serviceTokens);
  const takesService = settings.serviceTokens.length > 0;
  const wantsToken = takesService || userTokens !== null;

  const ofAccessToken = async (token: string): Promise<Claim> => ({
    ...(await accessTokens.grantOf(token)),
    isBearer: true,
  });

  /** The claim of a caller that may act for any user: the user in the trusted header, when one is configured. */
  const claimFrom = (headers: Headers, isBearer: boolean): Claim => {
    const { trustedHeader } = settings;
    if (trustedHeader === null) return { ...ANONYMOUS, isBearer };
    const userId = headerText(headers, trustedHeader);
    if (!userId) {
      throw new RequestError("unauthorized", "The header that names the user is missing. The ingress must set it.");
    }
    // A repeated header: the client has sent one past the ingress.
    if (isUserId(userId) && !userId.includes(", ")) return { ...ANONYMOUS, userId, isBearer };
    parts.unusableUser(trustedHeader);
    throw new RequestError(
      "forbidden",
      "The header that names the user must appear once and hold 1 to 128 characters without ':' and control characters.",
    );
  };

  const ofBearer = (token: string, headers: Headers): Claim | Promise<Claim> => {
    if (takesService && isServiceToken(token)) return claimFrom(headers, true);
    if (isAccessToken(token)) return ofAccessToken(token);
    if (userTokens !== null) {
      return userTokens.userOf(token).then((userId) => ({ ...ANONYMOUS, userId, isBearer: true }));
    }
    // No token is required here, so one of another service does no harm.
    if (!wantsToken) return claimFrom(headers, false);
    throw new RequestError("forbidden", "The token is not valid.");
  };

  return ({ method, url, headers }) => {
    const bearer = bearerIn(headers);
    const queried = method === "GET" && url.includes("?") ? new URL(url).searchParams.getAll(QUERY) : [];
    if (queried.length > 1 || (queried.length > 0 && bearer !== null)) {
      // RFC 6750 §2: with two credentials it would be unclear which one counts.
      throw new RequestError(
        "malformed_request",
        "Send exactly one credential: the header authorization or the query parameter access_token.",
      );
    }
    if (bearer !== null) return ofBearer(bearer, headers);
    const [token] = queried;
    if (token) {
      if (isAccessToken(token)) return ofAccessToken(token);
      throw new RequestError("forbidden", "The access token is not valid.");
    }
    // On loopback an ingress may be trusted without a token of its own.
    if (!wantsToken || (settings.trustedHeader !== null && !takesService)) return claimFrom(headers, false);
    throw new RequestError("unauthorized", "Send the header authorization: Bearer … with a token.");
  };
};

/** Returns the token of `authorization: Bearer …`; null when there is none. */
const bearerIn = (headers: Headers): string | null => {
  const [scheme, token] = (headers.get("authorization") ?? "").split(/\s+/, 2);
  return scheme?.toLowerCase() === "bearer" && token ? token : null;
};
