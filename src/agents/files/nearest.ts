import { closest, distance } from "fastest-levenshtein";

/** Returns the known name that a mistyped one most likely means. Null when none is near. */
export const nearest = (name: string, known: readonly string[]): string | null => {
  if (known.length === 0) return null;
  const found = closest(name.toLowerCase(), known);
  const most = Math.max(2, Math.floor(name.length / 3));
  return distance(name.toLowerCase(), found) <= most ? found : null;
};
