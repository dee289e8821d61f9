import { Type } from "@sinclair/typebox";
import { payloads } from "../domain/event.ts";
import { ChartData, TableData } from "../domain/shown-data.ts";
import type { Guide } from "./openapi-guide.ts";

const Source = Type.Object({
  title: Type.String(),
  document_id: Type.String(),
  content: Type.String({ description: "The first 200 characters of the passage." }),
  score: Type.Number({ minimum: 0, maximum: 1 }),
  metadata: Type.Record(Type.String(), Type.Unknown()),
});

const Final = Type.Object({
  content: Type.String(),
  sources: Type.Array(Source),
  confidence_score: Type.Number({
    minimum: 0,
    maximum: 1,
    description: "How well the passages found match the question; 0 when none were found.",
  }),
  table_data: Type.Union([TableData, Type.Null()]),
  chart_data: Type.Union([ChartData, Type.Null()]),
});

const Failure = Type.Object({
  error: Type.String({ description: "The error's name, such as Timeout or ConnectionError." }),
  message: Type.String(),
});

const frame = (type: string, data: ReturnType<typeof Type.Object>) => Type.Object({ type: Type.Literal(type), data });

/** The body of a failed run, and of a request without a message. */
const Plain = Type.Object({ success: Type.Literal(false), error: Type.String() });
/** The body of any other refusal. */
const Refusal = Type.Object({
  success: Type.Literal(false),
  error: Type.Object({
    code: Type.String(),
    message: Type.String(),
    details: Type.Array(Type.Object({ path: Type.String(), message: Type.String() })),
  }),
});
const FAILED = [402, 409, 429, 500, 502, 503, 504];
const REFUSED = [401, 403, 404, 408, 409, 413, 415, 422, 429, 500, 503];

export const chatGuide: Guide = {
  title: "Agent chat",
  about:
    "Answers from the user's documents, including tables. `EventSource` can only GET: ask by query, or `POST` the question to `init` and " +
    "open the stream of the returned id. The first request starts the run; later requests read the same run from its first frame. " +
    "An id must be used within ten minutes and can be read for an hour. The stream's header `x-thread-id` is the `conversation_id` of the next turn.",
  frames: [
    { event: null, when: "a node of the agent starts or ends", data: frame("progress", payloads.solve_progress) },
    {
      event: null,
      when: "part of the answer, if `stream_tokens` is true; all parts, concatenated, are the `content` of `final`",
      data: frame("token", Type.Object({ content: Type.String() })),
    },
    { event: null, when: "the whole answer; terminal", data: frame("final", Final) },
    { event: null, when: "the run failed; terminal", data: frame("error", Failure) },
  ],
  takesBackground: false,
  answer: Type.Object({ success: Type.Literal(true), data: Final }),
  failures: Object.fromEntries(FAILED.map((status) => [status, Plain])),
  refusals: { 400: Plain, ...Object.fromEntries(REFUSED.map((status) => [status, Refusal])) },
};
