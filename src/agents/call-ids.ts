/**
 * Makes ids unique. A repeated id gets a number: with the separator `.` it becomes `<id>.2`, then `<id>.3`. Models
 * number their tool calls anew in every answer, or give all of them the same id.
 */
export class UniqueIds {
  /** Each id in use, and the last number tried for a repetition of it. */
  readonly #taken = new Map<string, number>();

  /** `taken`: ids that are in use already. */
  constructor(
    private readonly separator: "." | "_",
    taken: Iterable<string> = [],
  ) {
    for (const id of taken) this.#taken.set(id, 1);
  }

  take(id: string): string {
    let number = this.#taken.get(id);
    if (number === undefined) {
      this.#taken.set(id, 1);
      return id;
    }
    let unique: string;
    do unique = `${id}${this.separator}${++number}`;
    while (this.#taken.has(unique));
    this.#taken.set(id, number);
    this.#taken.set(unique, 1);
    return unique;
  }
}
