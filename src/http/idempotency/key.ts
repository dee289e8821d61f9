import type { KeyName } from "../../store/idempotency/contract.ts";
import { digestOf, IDEMPOTENCY_KEY } from "../request/digest.ts";
import { invalid } from "../request/validate.ts";

const MAX_CHARS = 255;
/** A string of RFC 9651 §3.3.3 without spaces. */
const QUOTED = /^"((?:[\x21\x23-\x5b\x5d-\x7e]|\\["\\])+)"$/;
const BARE = /^[\x21\x23-\x7e][\x21-\x7e]*$/;

/** A request that is carried out once. */
export interface KeyedRequest {
  readonly name: KeyName;
  readonly digest: string;
}

/**
 * Returns the key of `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header); null when it is absent. The draft
 * has it in quotes; most clients send it bare, which means the same. Throws `invalid`.
 */
const keyIn = ({ headers }: Request): string | null => {
  const value = headers.get(IDEMPOTENCY_KEY);
  if (value === null) return null;
  const key = QUOTED.exec(value)?.[1]?.replace(/\\(.)/g, "$1") ?? BARE.exec(value)?.[0] ?? "";
  if (key.length >= 1 && key.length <= MAX_CHARS) return key;
  throw refused(`must be 1 to ${MAX_CHARS} visible ASCII characters, in quotes or bare`);
};

/**
 * Returns a request that has a key. Null: it has none. `endpoint` is the route's path as it is registered. Call it once
 * the body was read. Throws `invalid`.
 */
export const keyedRequest = (request: Request, endpoint: string, userId: string): KeyedRequest | null => {
  const key = keyIn(request);
  return key === null ? null : { name: { userId, endpoint: `POST ${endpoint}`, key }, digest: digestOf(request) };
};

/** The refusal of a key that was used with another request. */
export const usedOtherwise = () => refused("was used with another request; send a new key with this one");

const refused = (message: string) => invalid([{ path: `/${IDEMPOTENCY_KEY}`, message }]);
