import type { Upload } from "../../domain/document.ts";

export const IDEMPOTENCY_KEY = "idempotency-key";

const NO_BODY = "";
const digests = new WeakMap<Request, string>();

type Hash = Pick<Bun.CryptoHasher, "update">;

/** Returns a hash for the bytes of a request's body. Null when nobody will ask for the digest: no key came with it. */
export const bodyHash = ({ headers }: Request): Bun.CryptoHasher | null =>
  headers.has(IDEMPOTENCY_KEY) ? new Bun.CryptoHasher("sha256") : null;

/** Keeps the digest of a body that was read. */
export const setBodyDigest = (request: Request, hash: Bun.CryptoHasher | null): void => {
  if (hash !== null) digests.set(request, hash.digest("base64url"));
};

/**
 * The same for a form, of which only the parts count: the boundary between them is another each time that a client
 * sends it.
 */
export const setFormDigest = (
  request: Request,
  fields: readonly (readonly [name: string, text: string])[],
  files: readonly (readonly [name: string, file: Upload])[],
): void => {
  const hash = bodyHash(request);
  if (hash === null) return;
  for (const [name, text] of fields) addTexts(hash, ["field", name, text]);
  for (const [name, { name: fileName, mediaType, bytes }] of files) {
    addTexts(hash, ["file", name, fileName, mediaType, `${bytes.length}`]);
    hash.update(bytes);
  }
  setBodyDigest(request, hash);
};

/** As JSON, so that no two lists look the same. */
const addTexts = (hash: Hash, texts: readonly string[]): void => void hash.update(JSON.stringify(texts));

/** Returns the digest of a request, its path included, once its body was read. 43 characters of base64url. */
export const digestOf = (request: Request): string => {
  const hash = new Bun.CryptoHasher("sha256");
  addTexts(hash, [new URL(request.url).pathname, digests.get(request) ?? NO_BODY]);
  return hash.digest("base64url");
};
