import type { EventBody } from "../domain/event.ts";
import type { ToolCall } from "../models/contract.ts";
import { failed, type ToolOutcome } from "../tools/call-tool.ts";
import type { Tool } from "../tools/contract.ts";
import type { PersonsWord } from "./contract.ts";

/** Begins a call in the log. */
export const started = (toolCallId: string, { name, input }: Pick<ToolCall, "name" | "input">): EventBody => ({
  type: "tool_start",
  payload: { tool_call_id: toolCallId, name, input },
});

/** The same for a call that waits for a person. It must have been stored before: whoever reads of it may answer at once. */
export const begunForApproval = (
  toolCallId: string,
  { name, input }: Pick<ToolCall, "name" | "input">,
): readonly EventBody[] => {
  const payload = { tool_call_id: toolCallId, name, input };
  return [
    { type: "tool_start", payload: { ...payload, approval: true } },
    { type: "approval_requested", payload },
  ];
};

/** The event that tells of a person's word. */
export const resolved = (toolCallId: string, { decision, input, message }: PersonsWord): EventBody => ({
  type: "approval_resolved",
  payload: { tool_call_id: toolCallId, decision, input, message },
});

/** What the model is told of a call that a person has rejected. */
export const rejected = ({ message }: PersonsWord): ToolOutcome =>
  failed(message === null ? "The person rejected this call." : `The person rejected this call: ${message}`);

/** For a call that nobody can be asked about. */
export const CANNOT_ASK = failed("Calls of this tool wait for a person, who cannot be asked here. Go on without it.");

/** What a person may replace the input by. */
export const schemaOf = (tools: readonly Tool[], name: string): object | null =>
  tools.find((tool) => tool.name === name)?.input ?? null;
