import type { Run } from "../../domain/run.ts";

/** Names a key: it belongs to one user and one endpoint. */
export interface KeyName {
  readonly userId: string;
  readonly endpoint: string;
  readonly key: string;
}

export interface KeyClaim extends KeyName {
  readonly digest: string;
  /** The id and the thread of what the request makes, unless an earlier attempt at it has chosen them. */
  readonly madeId: string;
  readonly threadId: string;
  /** Names this attempt. */
  readonly holder: string;
  /** Milliseconds, by the database's clock, until another attempt may take over. */
  readonly holdMs: number;
  /** Milliseconds, by the database's clock, that the key is kept. */
  readonly ttlMs: number;
}

export type KeyState = {
  readonly madeId: string;
  readonly threadId: string;
} & (
  | {
      /** The caller carries the request out. */
      readonly state: "claimed";
      /** An earlier attempt ended without a word: what it was to make may exist. */
      readonly isTakenOver: boolean;
    }
  /** Another attempt is under way. */
  | { readonly state: "held" }
  /** It was carried out. `answer` as given to `keep`. */
  | { readonly state: "done"; readonly answer: string | null }
  /** The key was used with another request. */
  | { readonly state: "other" }
);

/**
 * Which requests were carried out, so that one that is sent again is not. Only the holder of a key may change what is
 * stored under it; all other calls of `hold`, `keep` and `release` have no effect.
 */
export interface IdempotencyStore {
  /** Claims the key, or tells how it stands. Of concurrent calls one claims. An expired key counts as absent. */
  claim(claim: KeyClaim): Promise<KeyState>;
  /** Prolongs the hold. */
  hold(key: Pick<KeyClaim, keyof KeyName | "holder" | "holdMs">): Promise<void>;
  /**
   * Joins the run that an attempt under way is to begin, see `RunStore.join`: then the request counts as carried out,
   * whatever that attempt learns. Null when there is no such run, or when the attempt has given the key back.
   */
  join(key: KeyName & Pick<KeyClaim, "madeId">): Promise<Run | null>;
  /** The request was carried out. `answer`: compact JSON, or null. */
  keep(key: Pick<KeyClaim, keyof KeyName | "holder">, answer: string | null): Promise<void>;
  /** The request was not carried out: forgets the key. */
  release(key: Pick<KeyClaim, keyof KeyName | "holder">): Promise<void>;
  /** Removes at most `limit` expired keys. Returns how many. */
  sweep(limit: number): Promise<number>;
}
