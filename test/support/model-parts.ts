import type { Model, ModelContext, ModelPart, ModelRequest } from "../../src/models/contract.ts";
import { forEachPart } from "../../src/models/for-each-part.ts";

/** Returns all parts of a model's answer, once it has ended. */
export const partsOf = async (model: Model, request: ModelRequest, context: ModelContext): Promise<ModelPart[]> => {
  const parts: ModelPart[] = [];
  await model.answer(request, context, (part) => void parts.push(part));
  return parts;
};

/** Makes a model's `answer` from a generator. */
export const answerFrom =
  (parts: (request: ModelRequest, context: ModelContext) => AsyncIterable<ModelPart>): Model["answer"] =>
  (request, context, onPart) =>
    forEachPart(parts(request, context), onPart);

/** Returns the text of an answer. */
export const textFrom = async (model: Model, request: ModelRequest): Promise<string> => {
  const parts = await partsOf(model, request, { signal: new AbortController().signal });
  return parts.map((part) => (part.type === "text" ? part.delta : "")).join("");
};
