import type { EventType } from "@ag-ui/core";
import { isRecord } from "../../domain/json.ts";
import { type Fields, optionalText, textIn } from "./fields.ts";
import type { RemoteRun } from "./remote-run.ts";
import { toolOutput } from "./tool-output.ts";

/** What one event does to a run. Throws an Error when the event lacks what it is there for. */
type Handler = (run: RemoteRun, event: Fields) => void;

/** The events that begin and end a run, or show all of its messages: the reader handles these itself. */
type RunEvent = "RUN_STARTED" | "RUN_FINISHED" | "RUN_ERROR" | "MESSAGES_SNAPSHOT";
/** Reasoning under the names that it had before version 0.0.46. */
type EarlierEvent =
  | "THINKING_START"
  | "THINKING_END"
  | "THINKING_TEXT_MESSAGE_START"
  | "THINKING_TEXT_MESSAGE_CONTENT"
  | "THINKING_TEXT_MESSAGE_END";

const nothing: Handler = () => {};
const reasoning: Handler = (run, event) => run.reasoning(optionalText(event, "delta") ?? "");

/** The beginning and end of an agent within the agent, passed on in the words of the protocol. */
const nested: Handler = (run, { type, timestamp: _timestamp, rawEvent: _rawEvent, ...data }) =>
  run.custom.add(String(type).toLowerCase(), data);
const NESTED = /^SUB[A-Z]+_(?:STARTED|FINISHED|ERROR)$/;
type NestedEvent = Extract<`${EventType}`, `SUB${string}`>;

/** An event for each type of the protocol, so that a new version's types have to be decided on. */
const HANDLERS: Readonly<Record<Exclude<`${EventType}`, RunEvent | NestedEvent> | EarlierEvent, Handler>> = {
  TEXT_MESSAGE_START: ({ texts, notes }, event) => {
    const isNew = texts.start(textIn(event, "messageId"), optionalText(event, "role") ?? "assistant");
    if (!isNew) notes.note("began a message that was open; its beginning was ignored");
  },
  TEXT_MESSAGE_CONTENT: (run, event) => run.text(textIn(event, "messageId"), textIn(event, "delta")),
  TEXT_MESSAGE_END: ({ texts }, event) => texts.end(textIn(event, "messageId")),
  TEXT_MESSAGE_CHUNK: (run, event) =>
    run.textChunk(optionalText(event, "messageId"), optionalText(event, "role"), optionalText(event, "delta") ?? ""),
  REASONING_START: nothing,
  REASONING_MESSAGE_START: nothing,
  REASONING_MESSAGE_CONTENT: reasoning,
  REASONING_MESSAGE_END: nothing,
  REASONING_MESSAGE_CHUNK: reasoning,
  REASONING_END: nothing,
  REASONING_ENCRYPTED_VALUE: nothing,
  THINKING_START: nothing,
  THINKING_END: nothing,
  THINKING_TEXT_MESSAGE_START: nothing,
  THINKING_TEXT_MESSAGE_CONTENT: reasoning,
  THINKING_TEXT_MESSAGE_END: nothing,
  TOOL_CALL_START: ({ calls }, event) => calls.start(textIn(event, "toolCallId"), textIn(event, "toolCallName")),
  TOOL_CALL_ARGS: (run, event) => run.callInput(textIn(event, "toolCallId"), textIn(event, "delta")),
  TOOL_CALL_END: ({ calls }, event) => calls.end(textIn(event, "toolCallId")),
  TOOL_CALL_CHUNK: (run, event) =>
    run.callChunk(
      optionalText(event, "toolCallId"),
      optionalText(event, "toolCallName"),
      optionalText(event, "delta") ?? "",
    ),
  TOOL_CALL_RESULT: ({ calls }, event) =>
    calls.result(
      textIn(event, "toolCallId"),
      toolOutput(event.content),
      isRecord(event.metadata) && event.metadata.isError === true,
    ),
  STEP_STARTED: ({ steps }, event) => steps.start(textIn(event, "stepName")),
  STEP_FINISHED: ({ steps }, event) => steps.finish(textIn(event, "stepName")),
  STATE_SNAPSHOT: ({ custom }, event) => custom.stateSnapshot(event.snapshot),
  STATE_DELTA: ({ custom }, event) => custom.stateDelta(event.delta),
  ACTIVITY_SNAPSHOT: ({ custom }, { messageId, activityType, content, replace }) =>
    custom.add("activity_snapshot", { messageId, activityType, content, replace }),
  ACTIVITY_DELTA: ({ custom }, { messageId, activityType, patch }) =>
    custom.add("activity_delta", { messageId, activityType, patch }),
  CUSTOM: ({ custom }, event) => custom.add(textIn(event, "name"), event.value),
  // What the framework itself emitted: everything else once more.
  RAW: nothing,
};

/** Returns what an event of this type does. Undefined for a type that the protocol does not have. */
export const handlerOf = (type: string): Handler | undefined => {
  if (Object.hasOwn(HANDLERS, type)) return HANDLERS[type as keyof typeof HANDLERS];
  return NESTED.test(type) ? nested : undefined;
};
