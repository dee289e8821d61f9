import type { Tool } from "../../tools/contract.ts";

/**
 * Puts values into equations: true when every one holds, false when one does not, null when that cannot be told. Never
 * throws; cost is that of the texts.
 */
export type VerifySolution = (equations: readonly string[], values: Readonly<Record<string, string>>) => boolean | null;

/** What the agent `solve` is made of. */
export interface SolveParts {
  readonly tools: readonly Tool[];
  readonly verify: VerifySolution;
}
