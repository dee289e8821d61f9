import { Value } from "@sinclair/typebox/value";
import { type ErrorDetail, RequestError } from "../../domain/error.ts";
import type { Scope } from "../../domain/identity.ts";
import { isStorable } from "../../domain/text.ts";
import { UserId } from "../../domain/thread.ts";

/** Where a request may name the user: a JSON pointer to the field, which also stands for the header. */
type FieldPath = `/${string}`;

/** What a credential establishes. */
export interface Claim {
  /** The user that it is for; null: whichever user the request names. */
  readonly userId: string | null;
  /** What it may be used for; null: everything. */
  readonly scopes: ReadonlySet<Scope> | null;
  /** The only thread that it gives access to; null: all of the user's. */
  readonly threadId: string | null;
  /** Whether it is a token, which no page of another origin can make a browser send. */
  readonly isBearer: boolean;
}

/** The claim of a request without a credential, where none is required. */
export const ANONYMOUS: Claim = { userId: null, scopes: null, threadId: null, isBearer: false };

/** Whether a text is a valid user id, by the common contract. */
export const isUserId = (text: string): boolean => Value.Check(UserId, text) && isStorable(text);

const USER_RULE = "must be 1 to 128 characters without ':' and control characters";

const REQUIRED = "is required as a field or query parameter of that name, or as the header x-user-id";

const unlike = (path: FieldPath): RequestError =>
  refused("forbidden", path, "must be omitted or name the credential's user");

const refused = (code: "forbidden" | "invalid", path: FieldPath, message: string): RequestError =>
  new RequestError(code, `${path.slice(1)} ${message}.`, { details: [{ path, message }] });

/**
 * The identity of a request: its credential and the users that it names, combined. All of them must be the same user;
 * otherwise the request is refused: `forbidden` when a name contradicts the credential, `invalid` when names contradict
 * each other.
 */
export class Identity {
  #named: string | null = null;
  #wrong: FieldPath | null = null;

  constructor(readonly claim: Claim) {}

  /** The user; null when nothing so far names one. Throws `invalid` for a name that is not a valid id. */
  get userId(): string | null {
    if (this.#wrong !== null) throw refused("invalid", this.#wrong, USER_RULE);
    return this.claim.userId ?? this.#named;
  }

  /** Returns the user of a request that requires one. `path` is the field that its contract has for the user. */
  requiredUser(path: "/userId" | "/user_id" = "/userId"): string {
    const { userId } = this;
    if (userId === null) throw refused("invalid", path, REQUIRED);
    return userId;
  }

  /** Returns the error detail of a request that requires a user and names none; null when it names one. */
  missing(path: "/userId" | "/user_id"): ErrorDetail | null {
    const isNamed = this.claim.userId !== null || this.#named !== null || this.#wrong !== null;
    return isNamed ? null : { path, message: REQUIRED };
  }

  /**
   * Adds a name that the request gives, of any type: a name that is not text must not count as absent. Throws when it
   * differs from a known name.
   */
  addName(name: unknown, path: FieldPath): void {
    const { userId } = this.claim;
    if (userId !== null) {
      if (name !== userId) throw unlike(path);
      return;
    }
    if (this.#named !== null && this.#named !== name) {
      throw refused("invalid", path, "must be the same user wherever the request names one");
    }
    // The endpoint's own schema may have a better message, and is checked first.
    if (typeof name === "string" && isUserId(name)) this.#named = name;
    else this.#wrong ??= path;
  }

  /**
   * Returns the thread of a request: `requested`, or the one that its token is for. Null: a new one. Throws `forbidden`.
   */
  threadFor(requested: string | null): string | null {
    const { threadId } = this.claim;
    if (threadId === null || requested === null || requested === threadId) return threadId ?? requested;
    throw new RequestError("forbidden", "The access token is for another thread.");
  }
}
