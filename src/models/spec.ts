import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

/** One model, as `MODEL` names it. The id is the provider's own and may hold `:` and `/`; the built-in's is `builtin`. */
export const ModelSpec = Type.Object({
  provider: Type.Union([
    Type.Literal("builtin"),
    Type.Literal("openai"),
    Type.Literal("anthropic"),
    Type.Literal("google"),
    Type.Literal("compatible"),
  ]),
  model: Type.String({ pattern: "^[^\\s,]{1,256}$" }),
});
export type ModelSpec = Static<typeof ModelSpec>;

/** An embedding model, as `EMBEDDING_MODEL` names it: Anthropic has none. */
export const EmbeddingSpec = Type.Object({
  provider: Type.Exclude(ModelSpec.properties.provider, Type.Literal("anthropic")),
  model: ModelSpec.properties.model,
});
export type EmbeddingSpec = Static<typeof EmbeddingSpec>;

/** `builtin` or `provider:ID`, one or several parted by commas, in the order they are tried. Null: it is not that. */
export const parseModelSpecs = (text: string): readonly ModelSpec[] | null => {
  const specs = text.split(",").map((item) => parseOne(item.trim()));
  return specs.every((spec) => Value.Check(ModelSpec, spec)) ? specs : null;
};

/** `builtin` or `provider:ID`. Null: it is not that. */
export const parseEmbeddingSpec = (text: string): EmbeddingSpec | null => {
  const spec = parseOne(text);
  return Value.Check(EmbeddingSpec, spec) ? spec : null;
};

const parseOne = (text: string): unknown => {
  if (text === "builtin") return { provider: "builtin", model: "builtin" };
  const colon = text.indexOf(":");
  const provider = text.slice(0, Math.max(colon, 0));
  return provider === "builtin" ? null : { provider, model: text.slice(colon + 1) };
};
