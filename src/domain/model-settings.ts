import { type Static, Type } from "@sinclair/typebox";

/** How much a reasoning model thinks before it answers. */
export const ReasoningEffort = Type.Union([
  Type.Literal("none"),
  Type.Literal("low"),
  Type.Literal("medium"),
  Type.Literal("high"),
]);
export type ReasoningEffort = Static<typeof ReasoningEffort>;

/** How a model should answer. What is omitted is the provider's default; what a provider lacks, it ignores. */
export interface ModelSettings {
  /** 0 to 2. */
  readonly temperature?: number;
  /** 0 to 1. */
  readonly topP?: number;
  readonly maxOutputTokens?: number;
  /** Texts that end the answer, at most 4. */
  readonly stop?: readonly string[];
  readonly seed?: number;
  readonly reasoning?: ReasoningEffort;
}

/** A request's settings over an agent's. The agent's limit of output tokens is the operator's, and stays one. */
export const settingsOver = (agent: ModelSettings, request: ModelSettings): ModelSettings => {
  const limits = [agent.maxOutputTokens, request.maxOutputTokens].filter((limit) => limit !== undefined);
  return { ...agent, ...request, ...(limits.length > 0 && { maxOutputTokens: Math.min(...limits) }) };
};
