/** Somebody who looks at the time when told to. */
export interface Beating {
  beat(): void;
}

/** How often a reader that may be quiet for so long looks at the time: its heartbeat is late by a sixteenth at most. */
const LOOKS = 16;

/** One timer for all who wait equally long: ten thousand readers with a timer each would hold megabytes for nothing. */
export class Pulse {
  readonly #groups = new Map<number, { readonly timer: ReturnType<typeof setInterval>; readonly all: Set<Beating> }>();

  /** `ms`: how long it may be quiet. */
  join(ms: number, one: Beating): void {
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

  leave(ms: number, one: Beating): void {
    const group = this.#groups.get(ms);
    if (group === undefined || !group.all.delete(one) || group.all.size > 0) return;
    clearInterval(group.timer);
    this.#groups.delete(ms);
  }
}
