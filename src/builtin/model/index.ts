import type { Model, ModelContext, ModelPart, ModelRequest } from "../../models/contract.ts";
import { forEachPart } from "../../models/for-each-part.ts";
import { deltasOf } from "./deltas.ts";
import { reply } from "./reply.ts";
import { usageOf } from "./tokens.ts";

/** Yields to the event loop after this many deltas, since other runs share the process. */
const DELTAS_PER_TURN = 64;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function* partsOf(request: ModelRequest, { signal }: ModelContext): AsyncGenerator<ModelPart, void, void> {
  signal.throwIfAborted();
  const answer = reply(request);
  if (answer.kind === "call") {
    const { name, input } = answer.call;
    // The id must be unique within the conversation only. It is a function of the request, so that it can be replayed.
    const id = `call_${request.messages.length}`;
    yield { type: "tool_call", id, name, input };
    yield { type: "finish", reason: "tool_calls", usage: usageOf(request, JSON.stringify(answer.call)) };
    return;
  }
  for (const [index, delta] of deltasOf(answer.text).entries()) {
    if (index % DELTAS_PER_TURN === DELTAS_PER_TURN - 1) await turn();
    signal.throwIfAborted();
    yield { type: "text", delta };
  }
  yield { type: "finish", reason: "stop", usage: usageOf(request, answer.text) };
}

/**
 * The model that answers when none is configured: it needs no key, network or weights. It recognises mathematics by
 * rules in Korean, English and LaTeX, calls the same tools as other models would, and explains their results in the
 * language of the question. To anything else it answers what it can do and how to configure a model. It ignores
 * `temperature` and `maxOutputTokens`.
 */
export const builtinModel = (): Model => ({
  id: "builtin",
  answer: (request, context, onPart) => forEachPart(partsOf(request, context), onPart),
  check: () => Promise.resolve(),
});
