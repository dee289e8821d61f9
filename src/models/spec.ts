import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { idOf, missingVariables, type Provider, type Settings } from "./providers/contract.ts";
import { providerNamed, providers } from "./providers/index.ts";

const namesOf = (some: readonly Provider[]) => Type.Union(some.map(({ name }) => Type.Literal(name)));

const withEmbeddings = providers.filter(({ openEmbedding }) => openEmbedding !== null);

/**
 * One model, as `MODEL` names it. The id is the provider's own and may contain `:` and `/`; the built-in model's is
 * `builtin`.
 */
export const ModelSpec = Type.Object({
  provider: namesOf(providers),
  model: Type.String({ pattern: "^[^\\s,]{1,256}$" }),
});
export type ModelSpec = Static<typeof ModelSpec>;

/** An embedding model, as `EMBEDDING_MODEL` names it. */
export const EmbeddingSpec = Type.Object({
  provider: namesOf(withEmbeddings),
  model: ModelSpec.properties.model,
});
export type EmbeddingSpec = Static<typeof EmbeddingSpec>;

/** A provider that a request may name without a model. */
export const ProviderChoice = namesOf(providers.filter(({ defaultModel }) => defaultModel !== null));

/** The inverse of parsing: formats a spec. */
export const specText = ({ provider, model }: ModelSpec): string => idOf(providerNamed(provider), model);

/**
 * Parses `builtin` or `provider:ID`, one or several separated by commas, in the order in which they are tried. Null
 * when the text has another form.
 */
export const parseModelSpecs = (text: string): readonly ModelSpec[] | null => {
  const specs = text.split(",").map((item) => parseOne(item.trim()));
  return specs.every((spec) => Value.Check(ModelSpec, spec)) ? specs : null;
};

/** The valid ones of such a list. */
export const validModelSpecs = (text: string): readonly ModelSpec[] =>
  text.split(",").flatMap((item) => parseModelSpecs(item) ?? []);

/**
 * Returns what is wrong with such a list, completing "The model …"; null when its models can be opened. `settings` are
 * the values of the providers' variables, by the provider's name.
 */
export const specMistake = (text: string, settings: Readonly<Record<string, Settings>>): string | null => {
  const specs = parseModelSpecs(text);
  if (specs === null) return `must be ${MODEL_FORMS}, or several of them separated by commas`;
  const missing = specs.flatMap(({ provider }) => missingVariables(providerNamed(provider), settings[provider]));
  return missing.length === 0 ? null : `needs ${[...new Set(missing)].join(" and ")} to be set`;
};

/** Parses `builtin` or `provider:ID`. Null when the text has another form. */
export const parseEmbeddingSpec = (text: string): EmbeddingSpec | null => {
  const spec = parseOne(text);
  return Value.Check(EmbeddingSpec, spec) ? spec : null;
};

const parseOne = (text: string): unknown => {
  const colon = text.indexOf(":");
  const name = colon < 0 ? text : text.slice(0, colon);
  const hasIds = colon >= 0;
  const provider = providers.find((provider) => provider.name === name && provider.hasIds === hasIds);
  return provider && { provider: name, model: hasIds ? text.slice(colon + 1) : name };
};

/** How to name a model of each provider, for people: `builtin, openai:ID or compatible:ID`. */
const formsOf = (some: readonly Provider[]): string => {
  const forms = some.map((provider) => idOf(provider, "ID"));
  const last = forms.at(-1) ?? "";
  return forms.length < 2 ? last : `${forms.slice(0, -1).join(", ")} or ${last}`;
};

export const MODEL_FORMS = formsOf(providers);
export const EMBEDDING_FORMS = formsOf(withEmbeddings);
