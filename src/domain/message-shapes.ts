import { type TSchema, Type } from "@sinclair/typebox";
import { payloads } from "./event.ts";
import { RunStatus } from "./run.ts";
import { ChartData, TableData } from "./shown-data.ts";

// The shapes in which a thread is shown. Each title is its name in the OpenAPI document.

export const nullOr = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const Time = Type.String({ format: "date-time" });
export const Tokens = Type.Object({ input_tokens: Type.Integer(), output_tokens: Type.Integer() });

const ToolCallShape = Type.Object(
  {
    ...payloads.tool_start.properties,
    output: Type.Optional(Type.Unknown({ description: "Left out, as is `is_error`, when it has not answered." })),
    is_error: Type.Optional(Type.Boolean()),
  },
  { title: "ToolCall" },
);

const ImageShape = Type.Object(
  {
    ...payloads.image_placeholder.properties,
    url: Type.Optional(Type.String({ description: "Relative to the service's root." })),
    media_type: Type.Optional(Type.String()),
    width: Type.Optional(Type.Integer()),
    height: Type.Optional(Type.Integer()),
    error: Type.Optional(Type.String({ description: "Why it could not be drawn." })),
  },
  { title: "AnswerImage" },
);

/** What an answer may have besides text. */
const BesidesText = {
  reasoning: Type.Optional(Type.String({ description: "What the model showed of its reasoning." })),
  tool_calls: Type.Optional(Type.Array(ToolCallShape)),
  images: Type.Optional(Type.Array(ImageShape)),
  sources: Type.Optional(payloads.sources.properties.items),
  table_data: Type.Optional(TableData),
  chart_data: Type.Optional(ChartData),
  usage: Type.Optional(Tokens),
};

export const MessageShape = Type.Object(
  {
    id: Type.String(),
    role: Type.Union([Type.Literal("user"), Type.Literal("assistant")]),
    content: Type.String(),
    seq: Type.Integer({ minimum: 1, description: "Of the event that it belongs to: its run's first or terminal one." }),
    created_at: Time,
    run_id: Type.Optional(Type.String({ description: "Of an assistant's, as is all that follows." })),
    status: Type.Optional(RunStatus),
    ...BesidesText,
    superseded_by: Type.Optional(
      Type.String({ description: "The run that took the place of its turn, with `superseded=1` alone." }),
    ),
  },
  { title: "Message" },
);

export const ActiveMessageShape = Type.Object(
  {
    run_id: Type.String(),
    role: Type.Literal("assistant"),
    content: Type.String(),
    seq: Type.Integer({
      minimum: 0,
      description: "Of the last event that is in it: `…/events?after=SEQ` goes on from there.",
    }),
    status: RunStatus,
    ...BesidesText,
  },
  { title: "ActiveMessage", description: "The answer of the active run so far." },
);

const HasMore = Type.Boolean({
  description: "There are older messages: ask with `before`, the `seq` of the first one here.",
});

export const ThreadShape = Type.Object(
  {
    thread_id: Type.String(),
    messages: Type.Array(MessageShape, {
      description: "The newest, oldest of them first; those of failed and cancelled runs included.",
    }),
    has_more: HasMore,
    active_run: nullOr(Type.Object({ run_id: Type.String(), status: RunStatus })),
    active_message: Type.Optional(ActiveMessageShape),
  },
  { title: "Thread" },
);

/** The frame that answers a cursor which names no event of the log. */
export const ResetShape = Type.Object({
  type: Type.Literal("reset"),
  thread_id: Type.String(),
  first_seq: Type.Integer({ minimum: 1, description: "The first seq still held." }),
  messages: Type.Array(MessageShape, { description: "The newest, oldest of them first." }),
  has_more: HasMore,
});
