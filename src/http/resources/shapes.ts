import { type TSchema, Type } from "@sinclair/typebox";
import { RunErrorCode } from "../../domain/error.ts";
import { nullOr, Time, Tokens } from "../../domain/message-shapes.ts";
import { type Metadata, RunStatus } from "../../domain/run.ts";

// The shapes of the endpoints around runs. Each title is its name in the OpenAPI document.

const Seq = Type.Integer({ minimum: 0 });

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
    node: Type.String({ description: "The agent's node that completed." }),
    at: Time,
    change: Type.Unknown({ description: "The node's change to the agent's state." }),
  },
  { title: "Checkpoint" },
);

export const RunShape = Type.Object(
  {
    run_id: Type.String(),
    thread_id: Type.String(),
    agent: Type.String({ description: "The agent that answers." }),
    model: nullOr(Type.String({ description: "The model that answers; null for runs of the first release." })),
    metadata: Type.Unsafe<Metadata>(
      Type.Record(Type.String(), Type.Unknown(), { description: "The metadata that the caller sent with the run." }),
    ),
    status: RunStatus,
    attempt: Type.Integer({ minimum: 0, description: "How many times a replica has started the run; 0 while queued." }),
    usage: nullOr(Tokens),
    error: nullOr(Type.Object({ code: RunErrorCode, message: Type.String() })),
    created_at: Time,
    ended_at: nullOr(Time),
    superseded_by: nullOr(Type.String({ description: "The run that took this one's place in its thread." })),
  },
  { title: "Run" },
);

export const DocumentShape = Type.Object(
  {
    id: Type.String(),
    document_id: Type.String({ description: "The same as `id`." }),
    title: Type.String(),
    collection: Type.String(),
    media_type: Type.String({ description: "The media type it was sent with." }),
    metadata: Type.Readonly(Type.Record(Type.String(), Type.Unknown())),
    chunks: Type.Integer({ minimum: 0, description: "The number of chunks it was split into." }),
    chunk_count: Type.Integer({ minimum: 0, description: "The same as `chunks`." }),
    embedded: Type.Boolean({
      description: "Whether it is found by vectors too. False: by its words alone, until `yeoul reindex` has run.",
    }),
    created_at: Time,
  },
  { title: "Document" },
);

/** A page of a list, with its items under `name`. */
export const listOf = <Name extends string, Item extends TSchema>(name: Name, item: Item) =>
  Type.Object({
    [name]: Type.Array(item),
    next_cursor: Type.Union([Type.String(), Type.Null()], {
      description: "The `cursor` of the next page; null on the last page.",
    }),
  });

export const HealthShape = Type.Object(
  {
    status: Type.Union([Type.Literal("ready"), Type.Literal("unready")]),
    checks: Type.Record(Type.String(), Type.String(), { description: "Each check: `ok`, or what is wrong." }),
    hints: Type.Optional(
      Type.Object(
        {
          by: Type.Union([Type.Literal("listen"), Type.Literal("poll")]),
          since: Type.String({ format: "date-time" }),
          reason: Type.Optional(Type.String()),
        },
        {
          description:
            "How this replica learns what others have done: by Postgres' notifications, or by polling alone, for a reason.",
        },
      ),
    ),
  },
  { title: "Health" },
);
