import type { Models } from "../../src/models/choice.ts";
import type { Model } from "../../src/models/contract.ts";

/** Models of which every choice is the same one. */
export const fixedModels = (model: Model): Models => ({
  standard: model,
  choose: async () => model,
  agentModels: async () => [],
  list: () => [model.id],
  setAgentModels: () => {},
});
