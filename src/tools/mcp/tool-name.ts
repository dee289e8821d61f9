/** The longest name that every provider accepts. */
const MAX_NAME = 64;
const HASH_CHARS = 8;

/**
 * Returns the name by which models know a server's tool: `orders__get_order`. Providers accept only letters, digits, `_` and
 * `-`, at most 64, so other characters become `_` and a longer name ends with a hash of the whole.
 */
export const modelNameOf = (server: string, tool: string): string => {
  const name = `${server}__${tool}`;
  const plain = name.replace(/[^A-Za-z0-9_-]/g, "_");
  if (plain === name && name.length <= MAX_NAME) return name;
  const hash = new Bun.CryptoHasher("sha256").update(name).digest("hex").slice(0, HASH_CHARS);
  return `${plain.slice(0, MAX_NAME - HASH_CHARS - 1)}_${hash}`;
};
