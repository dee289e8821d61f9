import type { Model } from "./contract.ts";
import { type ModelOptions, modelFrom, openOne } from "./open.ts";
import { missingVariables } from "./providers/contract.ts";
import { providerNamed } from "./providers/index.ts";
import { type ModelSpec, parseModelSpecs, specMistake, specText } from "./spec.ts";

/** The model that a request asks for, where its dialect allows that. */
export interface ModelChoice {
  /** As in `MODEL` (`openai:gpt-5`), or without its provider. Null: the request names none. */
  readonly name: string | null;
  /** A provider with a default model. Null: the request names none. */
  readonly provider: string | null;
  /** JSON pointer to the field that a refusal must name. */
  readonly path: string;
}

/**
 * The requested choice is not available here. `message` completes "the field …" and says what the caller may do;
 * `remedy` is the operator's, and for the log alone.
 */
export class ModelChoiceError extends Error {
  override readonly name = "ModelChoiceError";
  constructor(
    readonly path: string,
    message: string,
    readonly remedy: string | null = null,
  ) {
    super(message);
  }
}

export interface Models {
  /** The model that `MODEL` names. */
  readonly standard: Model;
  /**
   * Returns the model of a run: the one that the request chooses, else the agent's (`Agent.model`), else `standard`.
   * Throws a ModelChoiceError for a model that is not configured, or a provider whose key is missing; an Error for an
   * agent's model that `specMistake` refuses.
   */
  choose(choice: ModelChoice | null, agentModel: string | null): Promise<Model>;
  /** The models that agents name, each list of them once, without those that are `standard`. */
  agentModels(): Promise<readonly Model[]>;
  /** The ids that requests may choose: those that `MODEL` names, then those that agents name, each once. */
  list(): readonly string[];
  /**
   * Sets the models that agents name, in place of earlier ones: the text of each agent's `model`. Makes no call. Throws
   * an Error, and changes nothing, for one that `specMistake` refuses.
   */
  setAgentModels(texts: readonly string[]): void;
}

/**
 * The models that requests may choose from: those that `MODEL` and agents name, and the default model of each provider
 * that is set up. No others, because the operator pays for a caller's choice.
 */
export const openModels = async (specs: readonly ModelSpec[], options: ModelOptions): Promise<Models> => {
  const one = openOne(options);
  const standard = await modelFrom(specs, options, one);
  let known = specs;
  let ofAgents: readonly (readonly ModelSpec[])[] = [];
  const opened = new Map<string, Promise<Model>>();
  const open = (specs: readonly ModelSpec[]): Promise<Model> => {
    const id = specs.map(specText).join(",");
    const model = opened.get(id) ?? modelFrom(specs, options, one);
    opened.set(id, model);
    return model;
  };
  const parse = (text: string): readonly ModelSpec[] => {
    const mistake = specMistake(text, options.providers);
    if (mistake !== null) throw new Error(`The model ${text} of an agent ${mistake}.`);
    return parseModelSpecs(text) ?? [];
  };
  const list = () => [...new Set(known.map(specText))];
  const find = ({ name, provider, path }: ModelChoice): ModelSpec | null => {
    if (name === null && provider === null) return null;
    const spec = known
      .filter((spec) => provider === null || spec.provider === provider)
      .find((spec) => name === null || name === spec.model || name === specText(spec));
    if (spec !== undefined) return spec;
    const requested = provider === null ? null : providerNamed(provider);
    if (name !== null || !requested?.defaultModel) {
      throw new ModelChoiceError(path, `must be one of the configured models (${list().join(", ")})`);
    }
    const missing = missingVariables(requested, options.providers[requested.name]);
    if (missing.length === 0) return { provider: requested.name, model: requested.defaultModel };
    const remedy = `To let requests choose ${requested.name}, set ${missing.join(" and ")}.`;
    throw new ModelChoiceError(path, "is not available here: leave it out, or choose another one", remedy);
  };
  return {
    standard,
    choose: async (choice, agentModel) => {
      const spec = choice && find(choice);
      const otherwise = () => (agentModel === null ? standard : open(parse(agentModel)));
      return await (spec === null ? otherwise() : open([spec]));
    },
    agentModels: async () => {
      const models = await Promise.all(ofAgents.map(open));
      return [...new Map(models.map((model) => [model.id, model])).values()].filter(({ id }) => id !== standard.id);
    },
    list,
    setAgentModels: (texts) => {
      ofAgents = texts.map(parse);
      known = [...specs, ...ofAgents.flat()];
    },
  };
};
