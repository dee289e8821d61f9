/** How users' own tokens (JWT) are checked. */
export interface UserTokenSettings {
  /** For HS256, HS384 and HS512. Null: such tokens are refused. */
  readonly secret: string | null;
  /** Where the public keys of all other algorithms are published (RFC 7517). Null: such tokens are refused. */
  readonly jwksUrl: string | null;
  /** What `iss` must be. Null: anything. */
  readonly issuer: string | null;
  /** `aud` must hold one of these. Empty: anything. */
  readonly audiences: readonly string[];
  /** The claim that holds the user's id. */
  readonly userClaim: string;
}

/** How callers say who they are, as the operator has it: docs/security.md. Holds secrets: never log it. */
export interface IdentitySettings {
  /** Each is as good as the others. Empty: there are none. */
  readonly serviceTokens: readonly string[];
  readonly userTokens: UserTokenSettings | null;
  /** The header that an ingress writes the user into, in lower case. */
  readonly trustedHeader: string | null;
  /** What access tokens are signed with. Null: made once and kept in the store. */
  readonly accessTokenSecret: string | null;
  /** What is listened on. */
  readonly host: string;
  /** Names that requests may be sent to besides loopback's and `host`, in the form of `hostnameOf`. */
  readonly allowedHosts: readonly string[];
}

/** Who may ask, in words for whoever starts the service. */
export const whoMayAsk = ({ serviceTokens, userTokens, trustedHeader }: IdentitySettings): string => {
  const kinds = [
    ...(serviceTokens.length > 0 ? ["whoever has AUTH_TOKEN, for any user"] : []),
    ...(userTokens === null ? [] : ["users with their own token"]),
    ...(trustedHeader === null ? [] : [`users whom the header ${trustedHeader} names`]),
  ];
  return kinds.length > 0 ? kinds.join("; ") : "whoever reaches it, for any user";
};

/** What an access token may be used for. */
export type Scope = "read" | "ask";
