import { closeSync, openSync } from "node:fs";
import { realSystem } from "./domain/system.ts";

const SECOND_SIGNAL_MS = 500;

/** A terminal that closes sends SIGHUP as well, and is gone by then. */
const hasTerminal = (): boolean => {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
};

/** What the process does when it is told to end, and when it is told to read its agents again. */
export interface Reactions {
  stop: () => void;
  reload: () => void;
}

/** Calls what `reactions` holds when a signal comes: it may change until then. */
export const onSignals = (reactions: Reactions): void => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => reactions.stop());
  const hadTerminal = hasTerminal();
  process.on("SIGHUP", () => (hadTerminal && !hasTerminal() ? reactions.stop() : reactions.reload()));
};

/**
 * Calls `first` the first time, and `second` when it is called again. A signal to a process group reaches a child of npx
 * several times at once; a person's second signal comes later.
 */
export const inTwoSteps = (first: () => void, second: () => void): (() => void) => {
  let requestedAt: number | undefined;
  return () => {
    const now = realSystem.now();
    if (requestedAt === undefined) {
      requestedAt = now;
      first();
    } else if (now - requestedAt > SECOND_SIGNAL_MS) second();
  };
};
