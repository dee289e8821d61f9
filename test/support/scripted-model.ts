import type { Model, ModelContext, ModelPart, ModelRequest } from "../../src/models/contract.ts";
import { answerFrom } from "./model-parts.ts";

/** One call of the model, which the test controls. */
export interface ScriptedCall {
  readonly request: ModelRequest;
  readonly signal: AbortSignal;
  emit(...parts: readonly ModelPart[]): void;
  /** Says a text and finishes with a usage of 10 input and 5 output tokens. */
  finish(text?: string): void;
  fail(error: unknown): void;
}

export interface ScriptedModel extends Model {
  /** Returns the next call that was not taken yet; waits for one. */
  nextCall(): Promise<ScriptedCall>;
}

/** An item of a queue of parts; an error ends it. */
type Item = { readonly part: ModelPart } | { readonly error: unknown };

/** A model that says what the test tells it to, when the test tells it to. Nothing in it waits for time to pass. */
export const scriptedModel = (): ScriptedModel => {
  const calls: ScriptedCall[] = [];
  const waiters: ((call: ScriptedCall) => void)[] = [];
  return {
    id: "scripted",
    check: async () => {},
    nextCall: () => {
      const call = calls.shift();
      return call === undefined ? new Promise((resolve) => waiters.push(resolve)) : Promise.resolve(call);
    },
    answer: answerFrom(async function* (request: ModelRequest, { signal }: ModelContext) {
      const items: Item[] = [];
      let wake = () => {};
      const add = (item: Item) => {
        items.push(item);
        wake();
      };
      const emit = (...parts: readonly ModelPart[]) => {
        for (const part of parts) add({ part });
      };
      const call: ScriptedCall = {
        request,
        signal,
        emit,
        finish: (text) => {
          if (text !== undefined) emit({ type: "text", delta: text });
          emit({ type: "finish", reason: "stop", usage: { inputTokens: 10, outputTokens: 5 } });
        },
        fail: (error) => add({ error }),
      };
      const waiter = waiters.shift();
      if (waiter === undefined) calls.push(call);
      else waiter(call);
      signal.addEventListener("abort", () => wake());
      for (;;) {
        signal.throwIfAborted();
        const item = items.shift();
        if (item === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        if ("error" in item) throw item.error;
        yield item.part;
        if (item.part.type === "finish") return;
      }
    }),
  };
};
