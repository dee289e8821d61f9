import type { System } from "../../domain/system.ts";
import type { Post } from "../../upstream/contract.ts";
import type { Model } from "../contract.ts";
import type { EmbeddingModel } from "../embedding/contract.ts";
import type { Place } from "../failure.ts";
import type { ModelLog } from "../log.ts";

/** A variable of the environment that a provider reads. Providers may share one. */
export interface ProviderVariable {
  /** Such as `OPENAI_API_KEY`. */
  readonly name: string;
  /** A secret is taken out of every log line. */
  readonly holds: "secret" | "url" | "text";
  /** A sentence for `yeoul --help`. */
  readonly description: string;
  /** Whether no model of this provider can be opened without it: a start says so. */
  readonly isRequired: boolean;
}
export type ProviderVariables = Readonly<Record<string, ProviderVariable>>;

/** What the operator has set of a provider's variables, by the names that the provider gives them (`apiKey`). */
export type Settings = Readonly<Record<string, string | undefined>>;

/** What a model is opened with. */
export interface Opening<S = Settings> {
  /** As it is configured, such as `openai:gpt-5`. */
  readonly id: string;
  /** The model's name, as the provider knows it. */
  readonly model: string;
  readonly settings: S;
  /** For failures. Names the variable of the first secret among the provider's variables. */
  readonly place: Place;
  /** How calls of the chat-completions wire are sent. */
  readonly post: Post;
  /** The model that this build has of its own. Null: none. */
  readonly builtin: (() => Model) | null;
  readonly system: System;
  readonly log: ModelLog;
}

/**
 * Where models come from. The list in `index.ts` is all that registers one: what `MODEL` may say, `--help`, the rules of the
 * configuration, what requests may choose and what is kept out of the log are derived from it. A file that defines a provider
 * is read by every command, `--help` too, so it imports an SDK or an adapter inside `open` alone.
 */
export interface Provider {
  /** How `MODEL` names it: `openai` in `openai:gpt-5`. Lower-case letters and digits. */
  readonly name: string;
  /** False: it has one model, which its name alone names. */
  readonly hasIds: boolean;
  readonly variables: ProviderVariables;
  /** What it is asked with when a request names the provider alone. Null: requests cannot. */
  readonly defaultModel: string | null;
  /** Makes no call: `check` of the model does. Rejects with an Error that names a required variable which is not set. */
  open(opening: Opening): Promise<Model>;
  /** The same for a model that makes vectors, which does its own retries. Null: the provider has none. */
  readonly openEmbedding: ((opening: Opening) => Promise<EmbeddingModel>) | null;
}

/** The settings of these variables: those that are required are there. */
type SettingsOf<V extends ProviderVariables> = {
  readonly [S in keyof V]: V[S]["isRequired"] extends true ? string : string | undefined;
};

interface Definition<V extends ProviderVariables> extends Pick<Provider, "name" | "defaultModel"> {
  readonly variables: V;
  readonly open: (opening: Opening<SettingsOf<V>>) => Promise<Model>;
  readonly openEmbedding: ((opening: Opening<SettingsOf<V>>) => Promise<EmbeddingModel>) | null;
}

/** A provider whose models have ids, and whose required settings are there when a model is opened. */
export const defineProvider = <const V extends ProviderVariables>(definition: Definition<V>): Provider => {
  const { open, openEmbedding, ...rest } = definition;
  const complete = (opening: Opening): Opening<SettingsOf<V>> => {
    const [missing] = missingVariables(rest, opening.settings);
    if (missing !== undefined) throw new Error(`${missing} must be set for this model.`);
    // What is required has been found above, and nothing but texts is ever set.
    return { ...opening, settings: opening.settings as SettingsOf<V> };
  };
  return {
    ...rest,
    hasIds: true,
    open: async (opening) => open(complete(opening)),
    openEmbedding: openEmbedding && (async (opening) => openEmbedding(complete(opening))),
  };
};

/** As a model is configured: `openai:gpt-5`, or the provider's name where that says it all. */
export const idOf = ({ name, hasIds }: Pick<Provider, "name" | "hasIds">, model: string): string =>
  hasIds ? `${name}:${model}` : name;

/** The names of the required variables that are not set. */
export const missingVariables = (
  { variables }: Pick<Provider, "variables">,
  settings: Settings | undefined,
): readonly string[] =>
  Object.entries(variables).flatMap(([setting, { name, isRequired }]) =>
    isRequired && settings?.[setting] === undefined ? [name] : [],
  );
