import type { Model, ModelContext, ModelPart, ModelRequest } from "./contract.ts";

/** A call that has begun to speak: its first part, and where the others come from. */
export interface Opened {
  readonly first: IteratorResult<ModelPart, unknown>;
  readonly rest: AsyncIterator<ModelPart, unknown, void>;
}

/** Makes a call and waits for its first part. Throws what the call throws until then. */
export const openCall = async (model: Model, request: ModelRequest, context: ModelContext): Promise<Opened> => {
  const rest = model.stream(request, context)[Symbol.asyncIterator]();
  return { first: await rest.next(), rest };
};

/**
 * The stream of a call whose opening takes some doing: a retry, another model. From the second part on, it is the call's own
 * iterator that answers; a generator around it would cost every token as much as reading it does. As with any stream of a
 * model, the next part is asked for once the last has come.
 */
export const streamOf = (open: () => Promise<Opened>): AsyncIterable<ModelPart> => ({
  [Symbol.asyncIterator]: () => {
    let rest: Opened["rest"] | undefined;
    const start = async () => {
      const opened = await open();
      rest = opened.rest;
      return opened.first;
    };
    return {
      next: () => (rest === undefined ? start() : rest.next()),
      return: async () => {
        await rest?.return?.();
        return { done: true, value: undefined };
      },
    };
  },
});
