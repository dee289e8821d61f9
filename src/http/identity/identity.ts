import { Value } from "@sinclair/typebox/value";
import { type ErrorDetail, RequestError } from "../../domain/error.ts";
import type { Scope } from "../../domain/identity.ts";
import { isStorable } from "../../domain/text.ts";
import { UserId } from "../../domain/thread.ts";

/** Where a request may name the user: a JSON pointer to the field; a header's name stands for the header. */
type Place = `/${string}`;

/** What a credential says of whoever brings it. */
export interface Claim {
  /** The user that it is for; null: whoever the request names. */
  readonly userId: string | null;
  /** What it may be used for; null: everything. */
  readonly scopes: ReadonlySet<Scope> | null;
  /** The only thread that it may reach; null: all of the user's. */
  readonly threadId: string | null;
  /** Whether it is a token, which no page elsewhere can make a browser send by itself. */
  readonly isBearer: boolean;
}

/** Of whoever brings no credential, where none is asked for. */
export const ANYBODY: Claim = { userId: null, scopes: null, threadId: null, isBearer: false };

/** A user id that can be one, as the common contract has it. */
export const isUserId = (text: string): boolean => Value.Check(UserId, text) && isStorable(text);

const USER_RULE = "must be 1 to 128 characters without ':' and control characters";

const REQUIRED = "is required, as a field or query of that name or as the header x-user-id";

const unlike = (path: Place): RequestError =>
  refused("forbidden", path, "must be left out, or name the user that the credential is for");

const refused = (code: "forbidden" | "invalid", path: Place, message: string): RequestError =>
  new RequestError(code, `${path.slice(1)} ${message}.`, { details: [{ path, message }] });

/**
 * Whose a request is: what its credential says and what it names itself, held together. However often the user is named, it
 * is one user, or the request is refused: `forbidden` against the credential, `invalid` among the names themselves.
 */
export class Identity {
  #named: string | null = null;
  #wrong: Place | null = null;

  constructor(readonly claim: Claim) {}

  /** Null: nothing that was heard so far says who it is. Throws `invalid` for a name that was none. */
  get userId(): string | null {
    if (this.#wrong !== null) throw refused("invalid", this.#wrong, USER_RULE);
    return this.claim.userId ?? this.#named;
  }

  /** The user, where the request has to be somebody's. `path` is the field that its contract has for that. */
  requiredUser(path: "/userId" | "/user_id" = "/userId"): string {
    const { userId } = this;
    if (userId === null) throw refused("invalid", path, REQUIRED);
    return userId;
  }

  /** What is wrong with a request that has to be somebody's, if nothing has named anybody; null: something has. */
  missing(path: "/userId" | "/user_id"): ErrorDetail | null {
    const isNamed = this.claim.userId !== null || this.#named !== null || this.#wrong !== null;
    return isNamed ? null : { path, message: REQUIRED };
  }

  /**
   * Takes in a name that the request gives, whatever that is: one that is no text names somebody else than any user, and must
   * not be taken for none. Throws where it is another one than is known already.
   */
  heard(name: unknown, path: Place): void {
    const { userId } = this.claim;
    if (userId !== null) {
      if (name !== userId) throw unlike(path);
      return;
    }
    if (this.#named !== null && this.#named !== name) {
      throw refused("invalid", path, "must be the same user wherever the request names one");
    }
    // The endpoint's own schema may have better words for it, and comes first.
    if (typeof name === "string" && isUserId(name)) this.#named = name;
    else this.#wrong ??= path;
  }

  /** The thread that a request speaks of: `asked`, or the one that its token is for. Null: a new one. Throws `forbidden`. */
  threadFor(asked: string | null): string | null {
    const { threadId } = this.claim;
    if (threadId === null || asked === null || asked === threadId) return threadId ?? asked;
    throw new RequestError("forbidden", "The access token is for another thread.");
  }
}
