/** Number of one-millisecond slots; a power of two, so that a slot is found with a mask. */
const SLOTS = 2048;

/**
 * One timer for any number of deadlines: a ring of one-millisecond slots. It turns only while it is not empty, and
 * catches up when the process was late, so that the rate holds over any length of time.
 */
export class Wheel<T> {
  readonly #slots: T[][] = Array.from({ length: SLOTS }, () => []);
  #timer: ReturnType<typeof setInterval> | undefined;
  /** The last processed millisecond. */
  #turned = 0;
  #size = 0;

  /** `now` in milliseconds. */
  constructor(
    private readonly onDue: (item: T) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * `at` is in milliseconds of the wheel's clock, at most two seconds ahead. Overdue callbacks run on the next turn.
   */
  add(item: T, at: number): void {
    if (this.#timer === undefined) {
      this.#turned = Math.floor(this.now());
      this.#timer = setInterval(() => this.#turn(), 1);
    }
    const slot = Math.min(Math.max(Math.ceil(at), this.#turned + 1), this.#turned + SLOTS - 1);
    this.#slots[slot & (SLOTS - 1)]?.push(item);
    this.#size += 1;
  }

  #turn(): void {
    const now = Math.floor(this.now());
    while (this.#turned < now && this.#size > 0) {
      this.#turned += 1;
      const index = this.#turned & (SLOTS - 1);
      const due = this.#slots[index];
      if (due === undefined || due.length === 0) continue;
      this.#slots[index] = [];
      this.#size -= due.length;
      for (const item of due) this.onDue(item);
    }
    if (this.#size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
