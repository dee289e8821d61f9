/** A gate at which calls wait until the test opens it. */
export interface Gate {
  /** Waits while the gate is closed. */
  pass(): Promise<void>;
  /** Resolves once `count` calls in total have reached the gate. */
  reached(count: number): Promise<void>;
  /** Lets through all waiting and all later calls. */
  open(): void;
  close(): void;
}

export const closedGate = (): Gate => {
  let arrived = 0;
  let isOpen = false;
  let waiting: (() => void)[] = [];
  let watchers: { readonly count: number; readonly resolve: () => void }[] = [];
  return {
    pass: () => {
      arrived++;
      for (const { count, resolve } of watchers) if (arrived >= count) resolve();
      watchers = watchers.filter(({ count }) => arrived < count);
      return isOpen ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve));
    },
    reached: (count) =>
      arrived >= count ? Promise.resolve() : new Promise((resolve) => watchers.push({ count, resolve })),
    open: () => {
      isOpen = true;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    close: () => {
      isOpen = false;
    },
  };
};
