import type { Provider } from "./contract.ts";

/**
 * The models that need no key: the one that composition passes in, if this build has one, and the embedding by hashes
 * of words.
 */
export const builtin: Provider = {
  name: "builtin",
  hasIds: false,
  variables: {},
  ways: [],
  defaultModel: null,
  open: async ({ builtin: model }) => {
    if (model === null) throw new Error("MODEL must name a provider and a model: this build has no built-in model.");
    return model();
  },
  openEmbedding: async () => {
    const { builtinEmbedding } = await import("../embedding/builtin.ts");
    return builtinEmbedding();
  },
};
