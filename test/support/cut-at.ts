/** The same bytes in pieces, cut at these places. */
export const cutAt = (bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] => {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  return places.map((from, at) => bytes.subarray(from, places[at + 1] ?? bytes.length));
};
