import type { Tool } from "../../tools/contract.ts";

/**
 * Substitutes values into equations. True when every equation holds, false when one does not, null when that cannot be
 * decided. Never throws; the cost grows with the length of the texts.
 */
export type VerifySolution = (equations: readonly string[], values: Readonly<Record<string, string>>) => boolean | null;

/** The parts of the agent `solve`. */
export interface SolveParts {
  readonly tools: readonly Tool[];
  readonly verify: VerifySolution;
}
