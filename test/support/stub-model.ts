import type { Model, ModelError, ModelPart, ModelRequest } from "../../src/models/contract.ts";
import { answerFrom } from "./model-parts.ts";

/** One call: its parts, then the error it fails with, if any. */
export interface CallScript {
  readonly parts?: readonly ModelPart[];
  readonly error?: ModelError | Error;
}

export interface StubModel extends Model {
  /** How many calls have begun. */
  calls(): number;
}

/** A model that answers its calls with `scripts`, in order, and repeats the last. */
export const stubModel = (id: string, scripts: readonly CallScript[], check?: Error): StubModel => {
  let calls = 0;
  return {
    id,
    calls: () => calls,
    answer: answerFrom(async function* (_request: ModelRequest, { signal }) {
      const script = scripts[Math.min(calls++, scripts.length - 1)];
      for (const part of script?.parts ?? []) {
        signal.throwIfAborted();
        yield part;
      }
      if (script?.error !== undefined) throw script.error;
    }),
    check: () => (check === undefined ? Promise.resolve() : Promise.reject(check)),
  };
};

export const ANSWER: readonly ModelPart[] = [
  { type: "text", delta: "hello" },
  { type: "finish", reason: "stop", usage: { inputTokens: 1, outputTokens: 1 } },
];
export const REQUEST: ModelRequest = {
  system: "",
  messages: [{ role: "user", content: "hi", images: [] }],
  tools: [],
};
