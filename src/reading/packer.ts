/** A piece of text that is not split further. */
export interface Unit {
  readonly start: number;
  readonly end: number;
  /** White space alone, which no chunk begins or ends with. */
  readonly isBlank: boolean;
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Joins consecutive units into spans of at most `max` characters, not counting blanks at their ends. Each span begins
 * with the units at the end of the previous one that fit in `overlap`, and ends with a unit that no earlier span has.
 * Holds the units of one span.
 */
export class Packer {
  #units: Unit[] = [];

  constructor(private readonly bounds: { readonly max: number; readonly overlap: number }) {}

  /** Adds a unit; returns the span that ends before it, if one does. */
  add(unit: Unit): Span | null {
    const { max, overlap } = this.bounds;
    const [first] = this.#units;
    if (first === undefined || unit.isBlank || unit.end - first.start <= max) {
      this.#units.push(unit);
      return null;
    }
    const end = unit.start;
    const repeated = this.#units.findIndex(({ start }) => end - start <= overlap && unit.end - start <= max);
    this.#units = [...(repeated < 0 ? [] : this.#units.slice(repeated)), unit];
    return { start: first.start, end };
  }

  /** Returns the last span, if there is one. The next unit begins anew, without repeating anything. */
  end(): Span | null {
    const [first] = this.#units;
    const last = this.#units.at(-1);
    this.#units = [];
    return first === undefined || last === undefined ? null : { start: first.start, end: last.end };
  }
}
