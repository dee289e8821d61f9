import type { System } from "../../domain/system.ts";
import type { Post } from "../../upstream/contract.ts";
import type { Model } from "../contract.ts";
import type { EmbeddingModel } from "../embedding/contract.ts";
import type { FailureContext } from "../failure.ts";
import type { ModelLogger } from "../logger.ts";

/** A variable of the environment that a provider reads. Providers may share one. */
export interface ProviderVariable {
  /** Such as `OPENAI_API_KEY`. */
  readonly name: string;
  /** A secret is removed from every log line; one that is JSON may have line breaks. A name has letters, digits, dots, hyphens and underscores alone. */
  readonly holds: "secret" | "secret-json" | "url" | "name" | "text";
  /** A sentence for `yeoul --help`. */
  readonly description: string;
  /** Whether every model of this provider requires it; without it, a start fails and names it. */
  readonly isRequired: boolean;
}
export type ProviderVariables = Readonly<Record<string, ProviderVariable>>;

/** The values that the operator has set for a provider's variables, by the provider's names for them (`apiKey`). */
export type Settings = Readonly<Record<string, string | undefined>>;

/** What a model is opened with. */
export interface OpenRequest<S = Settings> {
  /** As configured, such as `openai:gpt-5`. */
  readonly id: string;
  /** The provider's own name for the model. */
  readonly model: string;
  readonly settings: S;
  /** For failures. Names the variable of the first secret among the provider's variables. */
  readonly failureContext: FailureContext;
  /** Sends the calls of the chat-completions API. */
  readonly post: Post;
  /** This build's own model. Null when there is none. */
  readonly builtin: (() => Model) | null;
  readonly system: System;
  readonly logger: ModelLogger;
}

/**
 * A source of models. The list in `index.ts` is the only registration: the values of `MODEL`, `--help`, the rules of
 * the configuration, the models that requests may choose and the secrets removed from the log are derived from it.
 * Every command, `--help` included, loads a provider's file, so it imports an SDK or an adapter only inside `open`.
 */
export interface Provider {
  /** The name in `MODEL`: `openai` in `openai:gpt-5`. Lower-case letters and digits. */
  readonly name: string;
  /** False when it has one model, which its name alone identifies. */
  readonly hasIds: boolean;
  readonly variables: ProviderVariables;
  /**
   * Sets of settings of which one must be complete, such as a key or a pair of credentials, by the names that
   * `variables` has for them. Empty when nothing beyond the required variables must be set.
   */
  readonly ways: readonly (readonly string[])[];
  /** The model used when a request names only the provider. Null when requests cannot. */
  readonly defaultModel: string | null;
  /** Makes no call: the model's `check` does. Rejects with an Error that names a required variable which is not set. */
  open(request: OpenRequest): Promise<Model>;
  /** The same for an embedding model, which does its own retries. Null when the provider has none. */
  readonly openEmbedding: ((request: OpenRequest) => Promise<EmbeddingModel>) | null;
}

/** The settings of these variables; the required ones are present. */
type SettingsOf<V extends ProviderVariables> = {
  readonly [S in keyof V]: V[S]["isRequired"] extends true ? string : string | undefined;
};

interface Definition<V extends ProviderVariables> extends Pick<Provider, "name" | "defaultModel"> {
  readonly variables: V;
  readonly ways: readonly (readonly (keyof V & string)[])[];
  readonly open: (request: OpenRequest<SettingsOf<V>>) => Promise<Model>;
  readonly openEmbedding: ((request: OpenRequest<SettingsOf<V>>) => Promise<EmbeddingModel>) | null;
}

/** Defines a provider whose models have ids, and whose required settings are present when a model is opened. */
export const defineProvider = <const V extends ProviderVariables>(definition: Definition<V>): Provider => {
  const { open, openEmbedding, ...rest } = definition;
  const complete = (request: OpenRequest): OpenRequest<SettingsOf<V>> => {
    const [missing] = missingVariables(rest, request.settings);
    if (missing !== undefined) throw new Error(`${missing} must be set for this model.`);
    // The check above has found the required ones, and only texts are ever set.
    return { ...request, settings: request.settings as SettingsOf<V> };
  };
  return {
    ...rest,
    hasIds: true,
    open: async (request) => open(complete(request)),
    openEmbedding: openEmbedding && (async (request) => openEmbedding(complete(request))),
  };
};

/** A model as it is configured: `openai:gpt-5`, or only the provider's name when it has one model. */
export const idOf = ({ name, hasIds }: Pick<Provider, "name" | "hasIds">, model: string): string =>
  hasIds ? `${name}:${model}` : name;

/**
 * The names of the variables that must be set and are not. Where one of several ways must be complete, those of the one
 * that has been begun and lacks the fewest, or of the first.
 */
export const missingVariables = (
  { variables, ways }: Pick<Provider, "variables" | "ways">,
  settings: Settings | undefined = {},
): readonly string[] => {
  const unset = (names: readonly string[]) => names.filter((name) => settings[name] === undefined);
  const required = Object.keys(variables).filter((name) => variables[name]?.isRequired);
  const begun = ways.filter((way) => unset(way).length < way.length);
  const [nearest = []] = (begun.length > 0 ? begun : ways.slice(0, 1))
    .map(unset)
    .toSorted((one, other) => one.length - other.length);
  return [...unset(required), ...nearest].flatMap((name) => variables[name]?.name ?? []);
};
