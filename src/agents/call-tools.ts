import type { EventBody } from "../domain/event.ts";
import type { ToolCall } from "../models/contract.ts";
import { callMistake, callTool, failed, type ToolOutcome } from "../tools/call-tool.ts";
import type { Tool } from "../tools/contract.ts";
import { begunForApproval, CANNOT_ASK, rejected, resolved, schemaOf, started } from "./approved-calls.ts";
import type { AgentContext, Emit, PersonsWord } from "./contract.ts";
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
  /** An earlier attempt has asked a person about it (`requested`), and told of the answer (`resolved`). */
  readonly approval?: "requested" | "resolved";
}

/** What is to become of a call. */
interface PlannedCall extends LoggedCall {
  readonly at: number;
  /** `word`: what a person has said about it; null while nobody has. Absent: nobody is asked. */
  readonly word?: PersonsWord | null;
  /** Its outcome, where that is known before anything is done. */
  readonly known?: ToolOutcome;
}

/**
 * Makes the calls of a round concurrently, and returns their outcomes in the order of the calls. All begin in the log,
 * and are stored, before the first is made: another attempt at the run knows of each that may have been made. After
 * that, events are emitted as they happen. A call that fails is an outcome and does not end the others. Throws the
 * signal's reason, once all have stopped.
 *
 * A call with an earlier outcome is not made again. One whose outcome is unknown is made again under the same
 * idempotency key, unless its tool must not be called twice (`Tool.repeat`), or a person has approved it.
 *
 * Calls that wait for a person's word are told of, and the others made. If there is no word on one of them then, the run
 * stops: another attempt goes on with what was said.
 */
export const callTools = async (
  calls: readonly LoggedCall[],
  tools: readonly Tool[],
  context: AgentContext,
  emit: Emit,
): Promise<readonly ToolOutcome[]> => {
  const orderly = oneAtATime(emit);
  const planned = await Promise.all(calls.map((call, at) => planOf(call, at, tools, context)));
  const open = planned.filter(({ word, known }) => word === null && known === undefined);
  const outcomes: ToolOutcome[] = [];
  let waiting: Promise<never> | undefined;
  await context.approvals.during(async () => {
    await tell(planned, open, tools, context, orderly);
    if (open.length > 0) {
      waiting = context.approvals.wait(open.map(({ toolCallId }) => toolCallId));
      // It is awaited below, unless a call throws before.
      waiting.catch(() => {});
    }
    const left = planned.filter((call) => !open.includes(call)).values();
    const work = async (): Promise<void> => {
      // The workers share the iterator: each takes the next call that nobody has taken.
      for (const call of left) outcomes[call.at] = await makeCall(call, tools, context, orderly);
    };
    const ended = await Promise.allSettled(Array.from({ length: Math.min(MAX_AT_ONCE, calls.length) }, work));
    for (const worker of ended) if (worker.status === "rejected") throw worker.reason;
  });
  await waiting;
  return outcomes;
};

/** Begins the calls in the log, and tells of what persons have said. Resolves once that is stored. */
const tell = async (
  planned: readonly PlannedCall[],
  open: readonly PlannedCall[],
  tools: readonly Tool[],
  context: AgentContext,
  emit: Emit,
): Promise<void> => {
  if (open.length > 0) {
    await context.approvals.request(
      open.map(({ toolCallId, call }) => ({ ...call, toolCallId, schema: schemaOf(tools, call.name) })),
    );
  }
  for (const { toolCallId, call, word } of planned) {
    if (word === undefined) await emit(started(toolCallId, call));
    else for (const event of begunForApproval(toolCallId, call)) await emit(event);
  }
  for (const { toolCallId, word } of planned) if (word) await emit(resolved(toolCallId, word));
  await context.flushed();
};

/** The call with the input that it was made with. */
export const asMade = ({ call, toolCallId }: LoggedCall, { approvals }: Pick<AgentContext, "approvals">): ToolCall => {
  const input = approvals.word({ toolCallId, input: call.input })?.input ?? null;
  return input === null ? call : { ...call, input };
};

/** For a call that must not be made twice. */
const UNKNOWN =
  "The connection to the tool was lost, so it is not known whether the call succeeded. It must not be made again by itself: say so, or look for its effect.";

const planOf = async (
  logged: LoggedCall,
  at: number,
  tools: readonly Tool[],
  { approvals }: AgentContext,
): Promise<PlannedCall> => {
  const { call, toolCallId, earlier, approval } = logged;
  const isAsked = approval !== undefined || (earlier === undefined && approvals.needs(call.name));
  const known = typeof earlier === "object" ? { known: earlier } : {};
  if (!isAsked) return { ...logged, at, ...known };
  if (approval === undefined) {
    // Nobody is asked about a call that cannot be made.
    if ((await callMistake(tools, call)) !== null) return { ...logged, at };
    if (!approvals.canAsk) return { ...logged, at, known: CANNOT_ASK };
  }
  return { ...logged, at, ...known, word: approvals.word({ toolCallId, input: call.input }) };
};

const makeCall = async (
  planned: PlannedCall,
  tools: readonly Tool[],
  context: AgentContext,
  emit: Emit,
): Promise<ToolOutcome> => {
  const { call, toolCallId, known } = planned;
  if (known !== undefined) return known;
  const outcome =
    unmade(planned, tools) ?? (await outcomeOf(asMade(planned, context), toolCallId, tools, context, emit));
  const { output, isError } = outcome;
  await emit({
    type: "tool_result",
    payload: { tool_call_id: toolCallId, name: call.name, output, is_error: isError },
  });
  return outcome;
};

/** The outcome of a call that is not made. Null: it is. */
const unmade = ({ call, earlier, approval, word }: PlannedCall, tools: readonly Tool[]): ToolOutcome | null => {
  if (word?.decision === "reject") return rejected(word);
  if (earlier !== "unknown") return null;
  const mayRepeat =
    word === undefined ? tools.find(({ name }) => name === call.name)?.repeat !== false : approval !== "resolved";
  return mayRepeat ? null : failed(UNKNOWN);
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
