import { required, rootOf } from "../access.ts";
import { defineProvider, type Provider } from "./contract.ts";

/**
 * A server that speaks OpenAI's chat completions, and what distinguishes it from others that do. A server's differences
 * in the protocol belong here too, as soon as there is one: the adapter reads the profile, never the name.
 */
export interface Profile extends Pick<Provider, "name" | "defaultModel"> {
  /** The variable of its key. */
  readonly key: { readonly name: string; readonly description: string; readonly isRequired: boolean };
  /**
   * The variable of its address, and the address when it is not set, up to and including `/v1`. Null when the variable
   * must be set.
   */
  readonly address: { readonly name: string; readonly description: string; readonly defaultUrl: string | null };
  /** Whether it also has OpenAI's `/embeddings`. */
  readonly hasEmbeddings: boolean;
}

/** Returns the provider that runs the lean adapter (`compatible.ts` one folder up) with a profile. */
export const profiledProvider = ({ name, defaultModel, key, address, hasEmbeddings }: Profile): Provider =>
  defineProvider({
    name,
    defaultModel,
    variables: {
      baseUrl: {
        name: address.name,
        holds: "url",
        description: address.description,
        isRequired: address.defaultUrl === null,
      },
      apiKey: { ...key, holds: "secret" },
    },
    open: async ({
      id,
      model,
      failureContext,
      post,
      system,
      settings: { apiKey = null, baseUrl = address.defaultUrl },
    }) => {
      const { compatibleModel } = await import("../compatible.ts");
      return compatibleModel({
        id,
        model,
        failureContext,
        post,
        system,
        apiKey,
        baseUrl: required(baseUrl, address.name),
      });
    },
    openEmbedding: hasEmbeddings
      ? async ({ model, settings: { apiKey, baseUrl = address.defaultUrl }, ...opening }) => {
          const [{ createOpenAICompatible }, { sdkEmbedding }, { embeddingFetch }] = await Promise.all([
            import("@ai-sdk/openai-compatible"),
            import("../embedding/sdk.ts"),
            import("../embedding/fetch.ts"),
          ]);
          const sdk = createOpenAICompatible({
            name,
            baseURL: rootOf(required(baseUrl, address.name)),
            fetch: embeddingFetch,
            ...(apiKey !== undefined && { apiKey }),
          });
          return sdkEmbedding({ ...opening, model: sdk.embeddingModel(model), optionsFor: () => ({}) });
        }
      : null,
  });
