import type { Model } from "./contract.ts";
import { type ModelOptions, modelFrom } from "./open.ts";
import { missingVariables } from "./providers/contract.ts";
import { providerNamed } from "./providers/index.ts";
import { type ModelSpec, specText } from "./spec.ts";

/** The model that a request asks for, where its dialect allows that. */
export interface ModelChoice {
  /** As in `MODEL` (`openai:gpt-5`), or without its provider. Null means the configured one. */
  readonly name: string | null;
  /** A provider with a default model. Null means the configured one. */
  readonly provider: string | null;
  /** 0 to 2. Null means the provider's default. */
  readonly temperature: number | null;
  /** JSON pointer to the field that a refusal must name. */
  readonly path: string;
}

/** The requested choice is not available here. `message` completes "the field …" and names the remedy. */
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
  /** The model that `MODEL` names. */
  readonly standard: Model;
  /** Throws a ModelChoiceError for a model that is not configured, or a provider whose key is missing. */
  choose(choice: ModelChoice): Promise<Model>;
}

/**
 * The models that requests may choose from: those that `MODEL` names, and the default model of each provider that is
 * set up. No others, because the operator pays for a caller's choice.
 */
export const openModels = async (specs: readonly ModelSpec[], options: ModelOptions): Promise<Models> => {
  const standard = await modelFrom(specs, options);
  const opened = new Map<string, Promise<Model>>();
  const open = (spec: ModelSpec): Promise<Model> => {
    const id = specText(spec);
    const model = opened.get(id) ?? modelFrom([spec], options);
    opened.set(id, model);
    return model;
  };
  const find = ({ name, provider, path }: ModelChoice): ModelSpec | null => {
    if (name === null && provider === null) return null;
    const known = specs.filter((spec) => provider === null || spec.provider === provider);
    const spec = known.find((spec) => name === null || name === spec.model || name === specText(spec));
    if (spec !== undefined) return spec;
    const requested = provider === null ? null : providerNamed(provider);
    if (name !== null || !requested?.defaultModel) {
      throw new ModelChoiceError(path, `must be one of the configured models (${specs.map(specText).join(", ")})`);
    }
    const missing = missingVariables(requested, options.providers[requested.name]);
    if (missing.length === 0) return { provider: requested.name, model: requested.defaultModel };
    throw new ModelChoiceError(path, `is not set up here: leave it out, or have ${missing.join(" and ")} set`);
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

const withTemperature = (model: Model, temperature: number): Model => ({
  id: model.id,
  answer: (request, context, onPart) => model.answer({ temperature, ...request }, context, onPart),
  check: (context) => model.check(context),
});
