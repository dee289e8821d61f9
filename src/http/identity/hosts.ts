import { RequestError } from "../../domain/error.ts";
import { hostnameOf, isLoopbackHost, isLoopbackName, listenedName } from "../../domain/host.ts";
import type { IdentitySettings } from "../../domain/identity.ts";

/**
 * Refuses requests that were sent to another host name: a page whose name server returns this machine's address (DNS
 * rebinding) has the same origin as the server there, and may read all of it.
 */
export class HostCheck {
  /** Whether every request is checked, before anything else. */
  readonly isForAll: boolean;
  /** Whether requests without a token are checked; such a page cannot send a token. */
  readonly isForUnproven: boolean;
  readonly #allowed: ReadonlySet<string | null>;
  /** The last that was let in. */
  #passed: string | undefined;

  constructor({ host, allowedHosts, serviceTokens, userTokens }: IdentitySettings) {
    const wantsToken = serviceTokens.length > 0 || userTokens !== null;
    this.isForUnproven = allowedHosts.length > 0 || isLoopbackHost(host);
    this.isForAll = allowedHosts.length > 0 || (isLoopbackHost(host) && !wantsToken);
    this.#allowed = new Set([listenedName(host), ...allowedHosts]);
  }

  /** Throws `forbidden`. */
  check(headers: Headers): void {
    const host = headers.get("host") ?? "";
    // Nearly all requests use one name, and parsing it takes longer than the rest of access control.
    if (host === this.#passed) return;
    const name = hostnameOf(host);
    if (name !== null && (this.#allowed.has(name) || isLoopbackName(name))) {
      this.#passed = host;
      return;
    }
    throw new RequestError(
      "forbidden",
      "The Host header names no host of this service. Use localhost, or ask its operator to add the host to ALLOWED_HOSTS.",
    );
  }
}

/**
 * Whether a page of another origin made a browser send the request (Fetch Metadata §2.1; RFC 6454 for browsers without
 * it). `isGranted` returns which origins may. An unknown value of `sec-fetch-site` counts as another origin.
 */
export const isFromElsewhere = (headers: Headers, isGranted: (origin: string) => boolean): boolean => {
  const origin = headers.get("origin");
  if (origin !== null && isGranted(origin)) return false;
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site !== "same-origin" && site !== "none";
  return origin !== null && !isSentTo(origin, headers.get("host") ?? "");
};

/** Whether the origin is the host of the request. The scheme is ignored, since a proxy may have terminated TLS. */
const isSentTo = (origin: string, host: string): boolean => {
  const from = /^https?:\/\//i.test(origin) ? URL.parse(origin) : null;
  if (from === null || hostnameOf(host) === null) return false;
  return URL.parse(`${from.protocol}//${host}`)?.host === from.host;
};
