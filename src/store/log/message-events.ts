import type { AnswerDetail, ToolCallPart } from "../../domain/answer.ts";
import type { EventType } from "../../domain/event.ts";

/** A run's message, as far as it gives the run's events back. `detail` is null in messages of early releases. */
export interface FoldedAnswer {
  readonly content: string;
  readonly detail: AnswerDetail | null;
}

export const reasoningOf = (detail: FoldedAnswer["detail"]): string =>
  (detail?.parts ?? []).flatMap((part) => (part.type === "reasoning" ? [part.text] : [])).join("");

export const keyOf = (type: EventType, json: string): string => `${type}~${json}`;

/** The parts by the events that they give back. Pictures are left out: a fork looks for their events. */
export const eventsOfParts = (detail: FoldedAnswer["detail"]): ReadonlyMap<string, number> => {
  const events = new Map<string, number>();
  for (const [index, part] of (detail?.parts ?? []).entries()) {
    for (const type of OF_PARTS) {
      const json = jsonOf(part, type);
      if (json !== undefined) events.set(keyOf(type, json), index);
    }
  }
  return events;
};

const OF_PARTS: readonly EventType[] = ["tool_start", "tool_result", "sources"];

/** The payload of the event of that type which the part was made of; undefined when it was made of none. */
export const jsonOf = (part: AnswerDetail["parts"][number], type: EventType): string | undefined => {
  if (part.type === "sources") return type === "sources" ? JSON.stringify({ items: part.items }) : undefined;
  if (part.type !== "tool_call") return undefined;
  if (type === "tool_start") return JSON.stringify(startOf(part));
  const { tool_call_id, name, output, is_error } = part;
  if (type !== "tool_result" || is_error === undefined) return undefined;
  return JSON.stringify({ tool_call_id, name, output, is_error });
};

const startOf = ({ type: _, round: _round, output: _output, is_error: _error, ...payload }: ToolCallPart) => payload;
