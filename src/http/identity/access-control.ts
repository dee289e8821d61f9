import { RequestError } from "../../domain/error.ts";
import type { IdentitySettings } from "../../domain/identity.ts";
import { type Access, mayUse, type RouteAccess, type ThreadReach } from "./access.ts";
import { type CredentialParts, credentialVerifier } from "./credential.ts";
import { HostCheck, isFromElsewhere } from "./hosts.ts";
import { type Claim, Identity } from "./identity.ts";
import { addNamesInBody, addNamesInRequest } from "./names.ts";

export interface AccessControlParts extends CredentialParts {
  readonly settings: IdentitySettings;
  /** Whether pages of this origin may call. */
  isGranted(origin: string): boolean;
  /** Returns the thread of a user's run; null when there is no such run. */
  threadOfRun(userId: string, runId: string): Promise<string | null>;
}

/** The part of Elysia's context that access control reads. */
export interface RoutedRequest {
  readonly request: Request;
  readonly params?: Readonly<Record<string, string | undefined>>;
}

const identities = new WeakMap<Request, Identity>();

/**
 * Returns the identity of a request. Every request that reaches a handler has passed access control; throws when its
 * route is open.
 */
export const identityOf = (request: Request): Identity => {
  const identity = identities.get(request);
  if (identity === undefined)
    throw new Error("an open route read the identity of its request: give the route an access");
  return identity;
};

/**
 * Returns the key under which bodies share the budget and the parser: the user, if known before the body is read,
 * however many tokens the user has; otherwise the credential.
 */
export const fairnessKeyOf = (request: Request): string => {
  const userId = identities.get(request)?.userId ?? null;
  return userId === null ? `credential:${request.headers.get("authorization") ?? ""}` : `user:${userId}`;
};

/** Adds the user that a request's body names. Must be called after the body is read and before it is used. */
export const addBodyNames = (request: Request, body: unknown): void => {
  const identity = identities.get(request);
  if (identity !== undefined) addNamesInBody(identity, body);
};

/**
 * Access control for all routes: checks which host a request was sent to, who sends it, whether a page of another
 * origin made a browser send it, whether it is permitted, and which user it belongs to. No body is read before that.
 * Throws a RequestError.
 */
export class AccessControl {
  readonly #hosts: HostCheck;
  readonly #verify: (request: Request) => Claim | Promise<Claim>;

  constructor(private readonly parts: AccessControlParts) {
    this.#hosts = new HostCheck(parts.settings);
    this.#verify = credentialVerifier(parts);
  }

  /** Checks the host of a request that is answered before routing. */
  checkHost(request: Request): void {
    if (this.#hosts.isForAll) this.#hosts.check(request.headers);
  }

  async check({ request, params }: RoutedRequest, { access, threads }: RouteAccess): Promise<void> {
    // An invalid Host header leaves an invalid URL, whichever endpoint it was routed to.
    if (!URL.canParse(request.url)) {
      throw new RequestError("malformed_request", "The Host header is not a valid host.");
    }
    if (access === "probe") return;
    this.checkHost(request);
    if (access === "open") return;
    const verified = this.#verify(request);
    const claim = verified instanceof Promise ? await verified : verified;
    if (!claim.isBearer) this.#checkUnproven(request, access);
    if (claim.scopes !== null && !mayUse(claim.scopes, access)) {
      throw new RequestError("forbidden", "The access token does not allow this: see the scopes in docs/security.md.");
    }
    const identity = new Identity(claim);
    addNamesInRequest(identity, request, params, this.parts.settings.trustedHeader);
    if (claim.threadId !== null) await this.#checkThread(claim, threads ?? "path", params ?? {});
    identities.set(request, identity);
  }

  /**
   * Checks a request without a token. Any page can make a browser send requests that carry its cookies, the user set by
   * an ingress, and access to what its machine can reach.
   */
  #checkUnproven({ headers }: Request, access: Access): void {
    if (this.#hosts.isForUnproven) this.#hosts.check(headers);
    if (access !== "read" && isFromElsewhere(headers, this.parts.isGranted)) {
      throw new RequestError(
        "forbidden",
        "This page's origin is not allowed to do this. Ask the service's operator to add it to CORS_ORIGINS.",
      );
    }
  }

  async #checkThread(
    { userId, threadId }: Claim,
    reach: ThreadReach,
    { threadId: inPath, runId }: Readonly<Record<string, string | undefined>>,
  ): Promise<void> {
    if (reach !== "path" || inPath === threadId) return;
    if (inPath === undefined && runId !== undefined && userId !== null) {
      const ofRun = await this.parts.threadOfRun(userId, runId);
      // A missing run gets the 404 of its own route.
      if (ofRun === null || ofRun === threadId) return;
    }
    throw new RequestError("forbidden", "The access token is limited to one thread and does not allow this request.");
  }
}
