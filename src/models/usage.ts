import { MAX_TOKENS, type Usage } from "../domain/run.ts";

/** Usage from a provider's counts. What is missing, or no count at all, is 0; what is more than can be kept is the most that can. */
export const usageOf = (input: unknown, output: unknown): Usage => ({
  inputTokens: count(input),
  outputTokens: count(output),
});

const count = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? Math.min(MAX_TOKENS, Math.trunc(value)) : 0;
