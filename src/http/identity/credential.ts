import { RequestError } from "../../domain/error.ts";
import type { IdentitySettings } from "../../domain/identity.ts";
import { headerText } from "../request/header-text.ts";
import { type AccessTokens, isAccessToken } from "./access-tokens.ts";
import { ANYBODY, type Claim, isUserId } from "./identity.ts";
import { serviceTokenCheck } from "./service-tokens.ts";
import type { UserTokens } from "./user-tokens.ts";

export interface CredentialParts {
  readonly settings: IdentitySettings;
  readonly accessTokens: AccessTokens;
  /** Null: none are taken. */
  readonly userTokens: UserTokens | null;
  /** The trusted header names a user that none can be: for the log. */
  unusableUser(where: string): void;
}

/** The query's name for an access token, for those who can send no header: `EventSource`, `<img>`. */
const QUERY = "access_token";

/**
 * Judges a request by the credential that it brings. Modes combine: which is meant is told by what it looks like. Throws
 * `unauthorized` without one where one is asked for, and for one that has expired; `forbidden` for a wrong one.
 */
export const credentialJudge = (parts: CredentialParts): ((request: Request) => Claim | Promise<Claim>) => {
  const { settings, accessTokens, userTokens } = parts;
  const isServiceToken = serviceTokenCheck(settings.serviceTokens);
  const takesService = settings.serviceTokens.length > 0;
  const wantsToken = takesService || userTokens !== null;

  const ofAccessToken = async (token: string): Promise<Claim> => ({
    ...(await accessTokens.grantOf(token)),
    isBearer: true,
  });

  /** Of whoever may speak for any user: the one that the trusted header names, where there is such a header. */
  const spokenFor = (headers: Headers, isBearer: boolean): Claim => {
    const { trustedHeader } = settings;
    if (trustedHeader === null) return { ...ANYBODY, isBearer };
    const userId = headerText(headers, trustedHeader);
    if (!userId) {
      throw new RequestError(
        "unauthorized",
        "The header that names the user is missing. It is written by the ingress.",
      );
    }
    // A repeated header: the client has sent one past the ingress.
    if (isUserId(userId) && !userId.includes(", ")) return { ...ANYBODY, userId, isBearer };
    parts.unusableUser(trustedHeader);
    throw new RequestError(
      "forbidden",
      "The header that names the user must do so once, and without ':' and control characters.",
    );
  };

  const ofBearer = (token: string, headers: Headers): Claim | Promise<Claim> => {
    if (takesService && isServiceToken(token)) return spokenFor(headers, true);
    if (isAccessToken(token)) return ofAccessToken(token);
    if (userTokens !== null) {
      return userTokens.userOf(token).then((userId) => ({ ...ANYBODY, userId, isBearer: true }));
    }
    // Nobody was asked for a token: one of another service's does no harm.
    if (!wantsToken) return spokenFor(headers, false);
    throw new RequestError("forbidden", "The token is not the right one.");
  };

  return ({ method, url, headers }) => {
    const bearer = bearerIn(headers);
    const queried = method === "GET" && url.includes("?") ? new URL(url).searchParams.getAll(QUERY) : [];
    if (queried.length > 1 || (queried.length > 0 && bearer !== null)) {
      // RFC 6750 §2: of two, it would not be said which was meant.
      throw new RequestError(
        "malformed_request",
        "Send one credential: the header authorization, or access_token once.",
      );
    }
    if (bearer !== null) return ofBearer(bearer, headers);
    const [token] = queried;
    if (token) {
      if (isAccessToken(token)) return ofAccessToken(token);
      throw new RequestError("forbidden", "The access token is not the right one.");
    }
    // On loopback an ingress may be trusted without a token of its own.
    if (!wantsToken || (settings.trustedHeader !== null && !takesService)) return spokenFor(headers, false);
    throw new RequestError("unauthorized", "Send the header authorization: Bearer … with a token.");
  };
};

/** The token of `authorization: Bearer …`; null: there is none. */
const bearerIn = (headers: Headers): string | null => {
  const [scheme, token] = (headers.get("authorization") ?? "").split(/\s+/, 2);
  return scheme?.toLowerCase() === "bearer" && token ? token : null;
};
