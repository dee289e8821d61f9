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
  /** The thread of a user's run; null: there is no such run. */
  threadOfRun(userId: string, runId: string): Promise<string | null>;
}

/** The part of Elysia's context that is looked at. */
export interface Arrival {
  readonly request: Request;
  readonly params?: Readonly<Record<string, string | undefined>>;
}

const identities = new WeakMap<Request, Identity>();

/** Whose a request is. Every request that reaches a handler has passed the door, or its route is open. */
export const who = (request: Request): Identity => {
  const identity = identities.get(request);
  if (identity === undefined) throw new Error("nobody was asked who sent this request: its route is open");
  return identity;
};

/**
 * For whom turns are kept while a body is read: the user, where that is known before, however many tokens they have made;
 * else all who bring the same credential.
 */
export const turnsOf = (request: Request): string => {
  const userId = identities.get(request)?.userId ?? null;
  return userId === null ? `credential:${request.headers.get("authorization") ?? ""}` : `user:${userId}`;
};

/** Takes in whom the body of a request names; to be called by whoever has read one, before anything is made of it. */
export const bodyWasRead = (request: Request, body: unknown): void => {
  const identity = identities.get(request);
  if (identity !== undefined) hearBody(identity, body);
};

/**
 * The one door in front of all routes: where a request was sent to, who sends it, whether a page elsewhere made a browser send
 * it, whether it may do that, and whose it is. No body has been read by then. Throws a RequestError.
 */
export class Door {
  readonly #hosts: HostCheck;
  readonly #judge: (request: Request) => Claim | Promise<Claim>;

  constructor(private readonly parts: DoorParts) {
    this.#hosts = new HostCheck(parts.settings);
    this.#judge = credentialJudge(parts);
  }

  /** Of a request that is answered before it is routed. */
  passHost(request: Request): void {
    if (this.#hosts.isForAll) this.#hosts.pass(request.headers);
  }

  async pass({ request, params }: Arrival, { access, threads }: Passage): Promise<void> {
    // A Host header that is none leaves a URL that is none, whichever endpoint it was routed to.
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

  /** A browser sends cookies, an ingress's word and what is reached from its machine along with whatever page asks for it. */
  #passUnproven({ headers }: Request, access: Access): void {
    if (this.#hosts.isForUnproven) this.#hosts.pass(headers);
    if (access !== "read" && isFromElsewhere(headers, this.parts.isGranted)) {
      throw new RequestError(
        "forbidden",
        "A page of another origin must not do this. Have its operator list that origin in CORS_ORIGINS.",
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
      // One that is not there is not found by its own route.
      if (ofRun === null || ofRun === threadId) return;
    }
    throw new RequestError("forbidden", "The access token is for one thread, and this is not of it.");
  }
}
