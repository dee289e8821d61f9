import type { Model, ModelContext, ModelPart, ModelRequest } from "../../src/models/contract.ts";
import { forEachPart } from "../../src/models/for-each-part.ts";

/** All that a model answers, once it has. */
export const partsOf = async (model: Model, request: ModelRequest, context: ModelContext): Promise<ModelPart[]> => {
  const parts: ModelPart[] = [];
  await model.answer(request, context, (part) => void parts.push(part));
  return parts;
};

/** A model's answer as a generator says it. */
export const saying =
  (parts: (request: ModelRequest, context: ModelContext) => AsyncIterable<ModelPart>): Model["answer"] =>
  (request, context, onPart) =>
    forEachPart(parts(request, context), onPart);

/** The text of an answer. */
export const textFrom = async (model: Model, request: ModelRequest): Promise<string> => {
  const parts = await partsOf(model, request, { signal: new AbortController().signal });
  return parts.map((part) => (part.type === "text" ? part.delta : "")).join("");
};
