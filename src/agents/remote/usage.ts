import { addUsage, MAX_TOKENS, NO_USAGE, type Usage } from "../../domain/run.ts";
import { type Fields, recordsIn } from "./fields.ts";

/** Returns the sum of the usages that an event reports (AG-UI 1.0, `TokenUsage`); null when it reports no counts. */
export const reportedUsage = (event: Fields): Usage | null => {
  const reports = recordsIn(event, "usage").filter(
    ({ inputTokens, outputTokens }) => count(inputTokens) !== undefined || count(outputTokens) !== undefined,
  );
  return reports.length === 0 ? null : reports.map(usageOf).reduce(addUsage, NO_USAGE);
};

const usageOf = (report: Fields): Usage => {
  const cachedTokens = count(report.cachedInputTokens);
  const reasoningTokens = count(report.reasoningTokens);
  return {
    inputTokens: count(report.inputTokens) ?? 0,
    outputTokens: count(report.outputTokens) ?? 0,
    ...(cachedTokens !== undefined && { cachedTokens }),
    ...(reasoningTokens !== undefined && { reasoningTokens }),
  };
};

const count = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 ? Math.min(value, MAX_TOKENS) : undefined;
