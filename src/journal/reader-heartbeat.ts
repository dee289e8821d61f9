/** Checks the time when the timer calls it. */
export interface HeartbeatListener {
  beat(): void;
}

/** Checks within one quiet interval: a heartbeat is at most a sixteenth of the interval late. */
const LOOKS = 16;

/** One timer for all readers with the same interval: ten thousand readers with a timer each would take megabytes. */
export class HeartbeatTimer {
  readonly #groups = new Map<
    number,
    { readonly timer: ReturnType<typeof setInterval>; readonly all: Set<HeartbeatListener> }
  >();

  /** `ms`: the quiet interval. */
  join(ms: number, one: HeartbeatListener): void {
    const known = this.#groups.get(ms);
    if (known !== undefined) {
      known.all.add(one);
      return;
    }
    const all = new Set([one]);
    const beat = () => {
      for (const each of all) each.beat();
    };
    this.#groups.set(ms, { timer: setInterval(beat, Math.max(1, ms / LOOKS)), all });
  }

  leave(ms: number, one: HeartbeatListener): void {
    const group = this.#groups.get(ms);
    if (group === undefined || !group.all.delete(one) || group.all.size > 0) return;
    clearInterval(group.timer);
    this.#groups.delete(ms);
  }
}
