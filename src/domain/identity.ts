/** How users' own tokens (JWT) are checked. */
export interface UserTokenSettings {
  /** The key for HS256, HS384 and HS512. Null: such tokens are refused. */
  readonly secret: string | null;
  /** Where the public keys for all other algorithms are published (RFC 7517). Null: such tokens are refused. */
  readonly jwksUrl: string | null;
  /** The required `iss`. Null: it is not checked. */
  readonly issuer: string | null;
  /** `aud` must hold one of these. Empty: it is not checked. */
  readonly audiences: readonly string[];
  /** The claim that holds the user's id. */
  readonly userClaim: string;
}

/** How callers authenticate, as the operator configures it: docs/security.md. Holds secrets: never log it. */
export interface IdentitySettings {
  /** Any of these is accepted. Empty: there are none. */
  readonly serviceTokens: readonly string[];
  readonly userTokens: UserTokenSettings | null;
  /** The header in which an ingress sends the user, in lower case. */
  readonly trustedHeader: string | null;
  /** The key that signs access tokens. Null: it is generated once and stored. */
  readonly accessTokenSecret: string | null;
  /** The address that the server listens on. */
  readonly host: string;
  /** Names that requests may be sent to besides loopback names and `host`, in the form of `hostnameOf`. */
  readonly allowedHosts: readonly string[];
}

/** Describes who may send requests, for the operator at startup. */
export const describeAccess = ({ serviceTokens, userTokens, trustedHeader }: IdentitySettings): string => {
  const kinds = [
    ...(serviceTokens.length > 0 ? ["clients with AUTH_TOKEN, as any user"] : []),
    ...(userTokens === null ? [] : ["users with their own token (JWT)"]),
    ...(trustedHeader === null ? [] : [`users named by the header ${trustedHeader}`]),
  ];
  return kinds.length > 0 ? kinds.join("; ") : "anyone who can reach the port, as any user";
};

/** What an access token may be used for. */
export type Scope = "read" | "ask";
