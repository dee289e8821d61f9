import type { Model, ModelError, ModelPart, ModelRequest } from "../../src/models/contract.ts";
import { saying } from "./heard.ts";

/** One call: its parts, then the error it fails with, if any. */
export interface Script {
  readonly says?: readonly ModelPart[];
  readonly fails?: ModelError | Error;
}

export interface ToldModel extends Model {
  /** How many calls have begun. */
  calls(): number;
}

/** A model that answers its calls with `scripts`, in order, and repeats the last. */
export const toldModel = (id: string, scripts: readonly Script[], check?: Error): ToldModel => {
  let calls = 0;
  return {
    id,
    calls: () => calls,
    answer: saying(async function* (_request: ModelRequest, { signal }) {
      const script = scripts[Math.min(calls++, scripts.length - 1)];
      for (const part of script?.says ?? []) {
        signal.throwIfAborted();
        yield part;
      }
      if (script?.fails !== undefined) throw script.fails;
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
