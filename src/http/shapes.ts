import { type TSchema, Type } from "@sinclair/typebox";
import { RunErrorCode } from "../domain/error.ts";

// What the endpoints around runs answer with. Each has the name that the OpenAPI document gives it.

const nullOr = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Time = Type.String({ format: "date-time" });
const Seq = Type.Integer({ minimum: 0 });

const RunStatus = Type.Union(
  (["queued", "running", "succeeded", "failed", "cancelled"] as const).map((status) => Type.Literal(status)),
  { title: "RunStatus" },
);

export const MessageShape = Type.Object(
  {
    id: Type.String(),
    role: Type.Union([Type.Literal("user"), Type.Literal("assistant")]),
    content: Type.String(),
    seq: Type.Integer({ minimum: 1, description: "Of the event that it belongs to: its run's first or terminal one." }),
    created_at: Time,
  },
  { title: "Message" },
);

export const ThreadShape = Type.Object(
  {
    thread_id: Type.String(),
    messages: Type.Array(MessageShape, { description: "In order; what a failed or cancelled run has said included." }),
    active_run: nullOr(Type.Object({ run_id: Type.String(), status: RunStatus })),
  },
  { title: "Thread" },
);

export const ThreadSummaryShape = Type.Object(
  {
    thread_id: Type.String(),
    title: nullOr(Type.String()),
    created_at: Time,
    updated_at: Time,
    last_seq: Seq,
  },
  { title: "ThreadSummary" },
);

export const CheckpointShape = Type.Object(
  {
    checkpoint_id: Type.String(),
    run_id: Type.String(),
    seq: Seq,
    node: Type.String({ description: "The node of the agent that had ended." }),
    at: Time,
    change: Type.Unknown({ description: "What the node changed in the agent's state." }),
  },
  { title: "Checkpoint" },
);

export const RunShape = Type.Object(
  {
    run_id: Type.String(),
    thread_id: Type.String(),
    status: RunStatus,
    attempt: Type.Integer({ minimum: 0, description: "How often a replica has taken it up; 0 while queued." }),
    usage: nullOr(Type.Object({ input_tokens: Type.Integer(), output_tokens: Type.Integer() })),
    error: nullOr(Type.Object({ code: RunErrorCode, message: Type.String() })),
    created_at: Time,
    ended_at: nullOr(Time),
  },
  { title: "Run" },
);

export const DocumentShape = Type.Object(
  {
    id: Type.String(),
    document_id: Type.String({ description: "The same as `id`." }),
    title: Type.String(),
    collection: Type.String(),
    media_type: Type.String({ description: "What it was when it came." }),
    metadata: Type.Readonly(Type.Record(Type.String(), Type.Unknown())),
    chunks: Type.Integer({ minimum: 0, description: "Pieces that it was split into." }),
    chunk_count: Type.Integer({ minimum: 0, description: "The same as `chunks`." }),
    created_at: Time,
  },
  { title: "Document" },
);

/** A page of a list, its items under `name`. */
export const listOf = <Name extends string, Item extends TSchema>(name: Name, item: Item) =>
  Type.Object({
    [name]: Type.Array(item),
    next_cursor: Type.Union([Type.String(), Type.Null()], {
      description: "Where the next page begins; null: there is none.",
    }),
  });

/** The frame that answers a cursor which names no event that the log holds. */
export const ResetShape = Type.Object({
  type: Type.Literal("reset"),
  thread_id: Type.String(),
  first_seq: Type.Integer({ minimum: 1, description: "The first seq still held." }),
  messages: Type.Array(MessageShape),
});

export const HealthShape = Type.Object(
  {
    status: Type.Union([Type.Literal("ready"), Type.Literal("unready")]),
    checks: Type.Record(Type.String(), Type.String(), { description: "Each `ok`, or why not." }),
  },
  { title: "Health" },
);
