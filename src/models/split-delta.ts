/**
 * UTF-16 units of one part. A token has a few; clients that limit the size of an event allow some hundred thousand
 * bytes.
 */
export const MAX_DELTA = 16 * 1024;

/** Splits a long delta into parts that fit an event of the log, and a frame. No character is cut. */
export function* splitDelta(delta: string): Generator<string, void, void> {
  for (let from = 0; from < delta.length; ) {
    const to = from + MAX_DELTA;
    const end = isHigh(delta.charCodeAt(to - 1)) && to < delta.length ? to - 1 : to;
    yield delta.slice(from, end);
    from = end;
  }
}

/** The first half of a surrogate pair. */
const isHigh = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
