import type { Usage } from "../domain/run.ts";

/** Usage from a provider's counts. What is missing, or no count at all, is 0. */
export const usageOf = (input: unknown, output: unknown): Usage => ({
  inputTokens: count(input),
  outputTokens: count(output),
});

const count = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? Math.trunc(value) : 0;
