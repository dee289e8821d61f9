import type { Model } from "./contract.ts";
import { type ModelOptions, modelFrom } from "./providers.ts";
import type { ModelSpec } from "./spec.ts";

type Provider = Exclude<ModelSpec["provider"], "builtin" | "compatible">;

/** The model that a request asks for, where its wire lets it. */
export interface ModelChoice {
  /** As `MODEL` has it (`openai:gpt-5`) or without its provider. Null: whichever is configured. */
  readonly name: string | null;
  /** Null: whichever is configured. */
  readonly provider: Provider | null;
  /** 0 to 2. Null: the provider's default. */
  readonly temperature: number | null;
  /** JSON pointer to the field that a refusal has to name. */
  readonly path: string;
}

/** The choice cannot be had here. `message` completes "the field …" and names the remedy. */
export class ModelChoiceError extends Error {
  override readonly name = "ModelChoiceError";
  constructor(
    readonly path: string,
    message: string,
  ) {
    super(message);
  }
}

export interface Models {
  /** What `MODEL` names. */
  readonly standard: Model;
  /** Throws a ModelChoiceError for a model that is not configured, or a provider whose key is missing. */
  choose(choice: ModelChoice): Promise<Model>;
}

/** What a provider is asked with when a caller names the provider and `MODEL` names none of its models. */
const USUAL: Readonly<Record<Provider, { readonly model: string; readonly key: string }>> = {
  openai: { model: "gpt-5-mini", key: "OPENAI_API_KEY" },
  anthropic: { model: "claude-sonnet-4-5", key: "ANTHROPIC_API_KEY" },
  google: { model: "gemini-2.5-flash", key: "GOOGLE_GENERATIVE_AI_API_KEY" },
};

/**
 * The models that requests may choose from: those that `MODEL` names, and of each provider whose key is set, its usual one.
 * Nobody else's: a caller's choice is paid by the operator.
 */
export const openModels = async (specs: readonly ModelSpec[], options: ModelOptions): Promise<Models> => {
  const standard = await modelFrom(specs, options);
  const opened = new Map<string, Promise<Model>>();
  const open = (spec: ModelSpec): Promise<Model> => {
    const id = idOf(spec);
    const model = opened.get(id) ?? modelFrom([spec], options);
    opened.set(id, model);
    return model;
  };
  const find = ({ name, provider, path }: ModelChoice): ModelSpec | null => {
    if (name === null && provider === null) return null;
    const known = specs.filter((spec) => provider === null || spec.provider === provider);
    const spec = known.find((spec) => name === null || name === spec.model || name === idOf(spec));
    if (spec !== undefined) return spec;
    if (name !== null || provider === null) {
      throw new ModelChoiceError(path, `must be one of the configured models (${specs.map(idOf).join(", ")})`);
    }
    const { model, key } = USUAL[provider];
    if (options.providers[provider].apiKey !== null) return { provider, model };
    throw new ModelChoiceError(path, `is not set up here: leave it out, or have ${key} set`);
  };
  return {
    standard,
    choose: async (choice) => {
      const spec = find(choice);
      const model = spec === null ? standard : await open(spec);
      return choice.temperature === null ? model : withTemperature(model, choice.temperature);
    },
  };
};

const idOf = ({ provider, model }: ModelSpec): string => (provider === "builtin" ? "builtin" : `${provider}:${model}`);

const withTemperature = (model: Model, temperature: number): Model => ({
  id: model.id,
  answer: (request, context, hear) => model.answer({ temperature, ...request }, context, hear),
  check: (context) => model.check(context),
});
