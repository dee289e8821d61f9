/** Random numbers that a seed repeats. */
export interface Random {
  /** From 0 up to 1. */
  fraction(): number;
  /** A whole number from `from` up to `below`. */
  between(from: number, below: number): number;
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
  /** Another sequence, whatever this one is used for meanwhile. */
  fork(name: string): Random;
}

/** The generator is mulberry32, by Tommy Ettinger. */
export const randomFrom = (seed: number): Random => {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, below: number): number => from + Math.floor(fraction() * (below - from));
  return {
    fraction,
    between,
    pick: (list) => {
      const picked = list[between(0, list.length)];
      if (picked === undefined) throw new Error("there is nothing to pick from");
      return picked;
    },
    fork: (name) => randomFrom(Bun.hash.crc32(`${seed} ${name}`)),
  };
};
