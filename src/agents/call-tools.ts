import type { EventBody } from "../domain/event.ts";
import type { ToolCall } from "../models/contract.ts";
import { callTool, failed, type ToolOutcome } from "../tools/call-tool.ts";
import type { Tool } from "../tools/contract.ts";
import type { AgentContext, Emit } from "./contract.ts";
import { drive } from "./drive.ts";

/** How many calls of a round are made at the same time. */
export const MAX_AT_ONCE = 8;

/** A call and its id in the log. */
export interface LoggedCall {
  readonly call: ToolCall;
  readonly toolCallId: string;
  /**
   * Of a call that an earlier attempt at the run has begun: its outcome, or `unknown` when that attempt ended before the
   * tool had answered. Absent: the call is new.
   */
  readonly earlier?: ToolOutcome | "unknown";
}

/**
 * Makes the calls of a round concurrently, and returns their outcomes in the order of the calls. All begin in the log,
 * and are stored, before the first is made: another attempt at the run knows of each that may have been made. After
 * that, events are emitted as they happen. A call that fails is an outcome and does not end the others. Throws the
 * signal's reason, once all have stopped.
 *
 * A call with an earlier outcome is not made again. One whose outcome is unknown is made again under the same
 * idempotency key, unless its tool must not be called twice (`Tool.repeat`).
 */
export const callTools = async (
  calls: readonly LoggedCall[],
  tools: readonly Tool[],
  context: AgentContext,
  emit: Emit,
): Promise<readonly ToolOutcome[]> => {
  const orderly = oneAtATime(emit);
  for (const { call, toolCallId } of calls) {
    await orderly({ type: "tool_start", payload: { tool_call_id: toolCallId, name: call.name, input: call.input } });
  }
  await context.flushed();
  const outcomes: ToolOutcome[] = [];
  const waiting = calls.entries();
  const work = async (): Promise<void> => {
    // The workers share the iterator: each takes the next call that nobody has taken.
    for (const [at, logged] of waiting) outcomes[at] = await makeCall(logged, tools, context, orderly);
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(MAX_AT_ONCE, calls.length) }, work));
  for (const worker of ended) if (worker.status === "rejected") throw worker.reason;
  return outcomes;
};

/** For a call that must not be made twice. */
const UNKNOWN =
  "The connection to the tool was lost, so it is not known whether the call succeeded. It must not be made again by itself: say so, or look for its effect.";

const makeCall = async (
  { call, toolCallId, earlier }: LoggedCall,
  tools: readonly Tool[],
  context: AgentContext,
  emit: Emit,
): Promise<ToolOutcome> => {
  if (typeof earlier === "object") return earlier;
  const isLost = earlier === "unknown" && tools.find(({ name }) => name === call.name)?.repeat === false;
  const outcome = isLost ? failed(UNKNOWN) : await outcomeOf(call, toolCallId, tools, context, emit);
  const { output, isError } = outcome;
  await emit({
    type: "tool_result",
    payload: { tool_call_id: toolCallId, name: call.name, output, is_error: isError },
  });
  return outcome;
};

const outcomeOf = (
  call: ToolCall,
  toolCallId: string,
  tools: readonly Tool[],
  context: AgentContext,
  emit: Emit,
): Promise<ToolOutcome> => {
  const callContext = { ...context, toolCallId, idempotencyKey: `${context.runId}:${toolCallId}` };
  return drive(
    callTool(tools, call, callContext, (error) => context.toolFailed(call.name, error)),
    emit,
  );
};

/** Returns an `emit` that several may call at the same time: each event waits until the one before was taken. */
const oneAtATime = (emit: Emit): Emit => {
  let isBehind: Promise<void> | undefined;
  const emitNow = (event: EventBody): Promise<void> | undefined => {
    isBehind = emit(event)?.finally(() => {
      isBehind = undefined;
    });
    return isBehind;
  };
  const emitLater = async (event: EventBody): Promise<void> => {
    while (isBehind !== undefined) await isBehind;
    await emitNow(event);
  };
  return (event) => (isBehind === undefined ? emitNow(event) : emitLater(event));
};
