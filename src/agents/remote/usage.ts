import { addUsage, isTokenCount, NO_USAGE, type Usage } from "../../domain/run.ts";
import { type Fields, recordsIn } from "./fields.ts";

/**
 * Returns the sum of the usages that an event reports (AG-UI 1.0, `TokenUsage`). Null when it reports no counts, or one
 * that cannot be true.
 */
export const reportedUsage = (event: Fields): Usage | null => {
  const reports = recordsIn(event, "usage").filter((report) => WHOLES.some((name) => isGiven(report[name])));
  const isFalse = reports.some((report) => WHOLES.some((name) => isGiven(report[name]) && !isTokenCount(report[name])));
  return reports.length === 0 || isFalse ? null : reports.map(usageOf).reduce(addUsage, NO_USAGE);
};

const WHOLES = ["inputTokens", "outputTokens"] as const;

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

const usageOf = (report: Fields): Usage => {
  const inputTokens = count(report.inputTokens);
  const outputTokens = count(report.outputTokens);
  return {
    inputTokens,
    outputTokens,
    ...(isPart(report.cachedInputTokens, inputTokens) && { cachedTokens: report.cachedInputTokens }),
    ...(isPart(report.reasoningTokens, outputTokens) && { reasoningTokens: report.reasoningTokens }),
  };
};

const count = (value: unknown): number => (isTokenCount(value) ? value : 0);
const isPart = (value: unknown, whole: number): value is number => isTokenCount(value) && value <= whole;
