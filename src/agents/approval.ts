import { begunForApproval, rejected, resolved } from "./approved-calls.ts";
import type { ApprovalAnswer, ApprovalRequest } from "./context.ts";
import type { NodeContext } from "./contract.ts";
import { AgentMistake, jsonValue } from "./mistake.ts";

const MAX_NAME = 64;

/**
 * Asks a person on behalf of a node's own code. Returns the answer where another attempt at the node has been given one,
 * else what rejects when the run stops to wait for one. Readers see a tool call, whose result is the answer.
 */
export const approval = async (
  request: ApprovalRequest,
  context: NodeContext,
): Promise<ApprovalAnswer | { readonly waiting: Promise<never> }> => {
  const { name, schema = null } = request;
  if (typeof name !== "string" || name.trim() === "" || name.length > MAX_NAME || !name.isWellFormed()) {
    throw new AgentMistake(`context.approve takes a name of 1 to ${MAX_NAME} characters`);
  }
  const input = jsonValue(request.input ?? null, `the input of ${name}`);
  const { approvals, emit } = context;
  const earlier = context.replay?.nextApproval({ name, input }) ?? null;
  const toolCallId = earlier?.tool_call_id ?? context.callId("approval");
  const word = earlier === null ? null : approvals.word({ toolCallId, input });
  if (word === null) await approvals.request([{ toolCallId, name, input, schema }]);
  for (const event of begunForApproval(toolCallId, { name, input })) await emit(event);
  if (word === null) {
    // What the run has used so far is stored with it.
    context.storeStep(`approval ${toolCallId}`, null);
    await context.flushed();
    const waiting = approvals.wait([toolCallId]);
    waiting.catch(() => {});
    return { waiting };
  }
  await emit(resolved(toolCallId, word));
  const answer = { approved: word.decision === "approve", input: word.input ?? input, message: word.message };
  const { output, isError } = answer.approved ? { output: answer, isError: false } : rejected(word);
  await emit({ type: "tool_result", payload: { tool_call_id: toolCallId, name, output, is_error: isError } });
  return answer;
};
