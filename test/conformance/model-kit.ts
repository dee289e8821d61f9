import { type Model, ModelError, type ModelPart, type ModelRequest } from "../../src/models/contract.ts";
import { partsOf } from "../support/model-parts.ts";
import type { ModelServer } from "../support/model-server.ts";
import type { Wire, WireAnswer } from "../support/wires/wire.ts";

export interface Driver {
  readonly wire: Wire;
  /** Opens the model at `url` with the key `KEY`. */
  open(url: string): Model;
  /** The environment variable that the error for a refused key must name. */
  readonly keyVariable: string;
}

/** Long enough to be found if it leaks, and of no known format. */
export const KEY = "key-7f3a9c51d20e48b6";

export const QUESTION: ModelRequest = {
  system: "Answer briefly.",
  messages: [{ role: "user", content: "여울이 뭐야?", images: [] }],
  tools: [],
};
export const HELLO: WireAnswer = {
  text: ["여울", "은 ", "빠른 물\n", "살 🌊", "."],
  usage: { inputTokens: 12, outputTokens: 5 },
  finish: "stop",
};
export const never = new AbortController().signal;

export const partsFrom = async (model: Model, request = QUESTION, signal = never): Promise<ModelPart[]> =>
  partsOf(model, request, { signal });

/** Returns the parts before the failure, and the failure; `onPart` runs after each part. */
export const failureFrom = async (
  model: Model,
  request = QUESTION,
  onPart: () => unknown = () => {},
): Promise<{ parts: ModelPart[]; error: ModelError }> => {
  const parts: ModelPart[] = [];
  try {
    await model.answer(request, { signal: never }, (part) => {
      parts.push(part);
      onPart();
      return undefined;
    });
  } catch (error) {
    if (error instanceof ModelError) return { parts, error };
    throw error;
  }
  throw new Error(`Nothing failed: ${JSON.stringify(parts)}`);
};

export const textOf = (parts: readonly ModelPart[], type: "text" | "reasoning" = "text"): string =>
  parts.map((part) => (part.type === type ? part.delta : "")).join("");

/** Starts a model and its stand-in server for one test. `models` answers the request for a list of models. */
export type Start = (models?: () => Response) => { readonly server: ModelServer; readonly model: Model };
