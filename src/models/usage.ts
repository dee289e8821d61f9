import { MAX_TOKENS, type Usage } from "../domain/run.ts";

/**
 * Usage from a provider's counts. A missing or invalid count is 0; a count above the maximum that can be stored is that
 * maximum.
 */
export const usageOf = (input: unknown, output: unknown): Usage => ({
  inputTokens: count(input),
  outputTokens: count(output),
});

const count = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? Math.min(MAX_TOKENS, Math.trunc(value)) : 0;
