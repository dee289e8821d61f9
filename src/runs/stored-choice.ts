import type { StoredInput } from "../domain/run.ts";
import type { ModelChoice } from "../models/choice.ts";

/** The model that a run's request chose, to choose it again. Null: it was the agent's. */
export const storedChoice = ({ model, choseModel }: StoredInput): ModelChoice | null =>
  choseModel && model !== undefined ? { name: model, provider: null, path: "/model" } : null;
