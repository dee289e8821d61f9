/**
 * Text that Postgres cannot hold: NUL (refused by text and jsonb) and lone surrogates (refused by jsonb, silently turned
 * into U+FFFD in text). A client's is refused at the door; a model's is mended, so that no run is lost to one character.
 */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes("\0");

/** Replaces each NUL and each lone surrogate with U+FFFD. */
export const storable = (text: string): string => {
  const formed = text.isWellFormed() ? text : text.toWellFormed();
  return formed.includes("\0") ? formed.replaceAll("\0", "\uFFFD") : formed;
};

/** `storable` for every string in a JSON value, keys included. Returns the value itself when nothing had to change. */
export const storableJson = (value: unknown): unknown => {
  if (typeof value === "string") return storable(value);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(storableJson);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storable(key), storableJson(item)]));
};
