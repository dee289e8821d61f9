import { RequestError } from "../../domain/error.ts";
import type { IdentitySettings } from "../../domain/identity.ts";
import { type Access, mayUse, type Passage, type ThreadReach } from "./access.ts";
import { type CredentialParts, credentialJudge } from "./credential.ts";
import { HostCheck, isFromElsewhere } from "./hosts.ts";
import { type Claim, Identity } from "./identity.ts";
import { hearBody, hearRequest } from "./names.ts";

export interface DoorParts extends CredentialParts {
  readonly settings: IdentitySettings;
  /** Whether pages of this origin may call. */
  isGranted(origin: string): boolean;
  /** Returns the thread of a user's run; null when there is no such run. */
  threadOfRun(userId: string, runId: string): Promise<string | null>;
}

/** The part of Elysia's context that access control reads. */
export interface Arrival {
  readonly request: Request;
  readonly params?: Readonly<Record<string, string | undefined>>;
}

const identities = new WeakMap<Request, Identity>();

/**
 * Returns the identity of a request. Every request that reaches a handler has passed access control; throws when its
 * route is open.
 */
export const who = (request: Request): Identity => {
  const identity = identities.get(request);
  if (identity === undefined) throw new Error("nobody was asked who sent this request: its route is open");
  return identity;
};

/**
 * Returns the key under which bodies share the budget and the parser: the user, if known before the body is read,
 * however many tokens the user has; otherwise the credential.
 */
export const turnsOf = (request: Request): string => {
  const userId = identities.get(request)?.userId ?? null;
  return userId === null ? `credential:${request.headers.get("authorization") ?? ""}` : `user:${userId}`;
};

/** Adds the user that a request's body names. Must be called after the body is read and before it is used. */
export const bodyWasRead = (request: Request, body: unknown): void => {
  const identity = identities.get(request);
  if (identity !== undefined) hearBody(identity, body);
};

/**
 * Access control for all routes: checks which host a request was sent to, who sends it, whether a page of another
 * origin made a browser send it, whether it is permitted, and which user it belongs to. No body is read before that.
 * Throws a RequestError.
 */
export class Door {
  readonly #hosts: HostCheck;
  readonly #judge: (request: Request) => Claim | Promise<Claim>;

  constructor(private readonly parts: DoorParts) {
    this.#hosts = new HostCheck(parts.settings);
    this.#judge = credentialJudge(parts);
  }

  /** Checks the host of a request that is answered before routing. */
  passHost(request: Request): void {
    if (this.#hosts.isForAll) this.#hosts.pass(request.headers);
  }

  async pass({ request, params }: Arrival, { access, threads }: Passage): Promise<void> {
    // An invalid Host header leaves an invalid URL, whichever endpoint it was routed to.
    if (!URL.canParse(request.url)) {
      throw new RequestError("malformed_request", "The Host header is not a valid host.");
    }
    if (access === "probe") return;
    this.passHost(request);
    if (access === "open") return;
    const judged = this.#judge(request);
    const claim = judged instanceof Promise ? await judged : judged;
    if (!claim.isBearer) this.#passUnproven(request, access);
    if (claim.scopes !== null && !mayUse(claim.scopes, access)) {
      throw new RequestError("forbidden", "The access token does not allow this: see the scopes in docs/security.md.");
    }
    const identity = new Identity(claim);
    hearRequest(identity, request, params, this.parts.settings.trustedHeader);
    if (claim.threadId !== null) await this.#passThread(claim, threads ?? "path", params ?? {});
    identities.set(request, identity);
  }

  /**
   * Checks a request without a token. Any page can make a browser send requests that carry its cookies, the user set by
   * an ingress, and access to what its machine can reach.
   */
  #passUnproven({ headers }: Request, access: Access): void {
    if (this.#hosts.isForUnproven) this.#hosts.pass(headers);
    if (access !== "read" && isFromElsewhere(headers, this.parts.isGranted)) {
      throw new RequestError(
        "forbidden",
        "This page's origin is not allowed to do this. Ask the service's operator to add it to CORS_ORIGINS.",
      );
    }
  }

  async #passThread(
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
