import { Type } from "@sinclair/typebox";
import { payloads } from "../domain/event.ts";
import { ChartData, TableData } from "../domain/shown-data.ts";
import type { Guide } from "./guide.ts";

const Source = Type.Object({
  title: Type.String(),
  document_id: Type.String(),
  content: Type.String({ description: "its first 200 characters" }),
  score: Type.Number({ minimum: 0, maximum: 1 }),
  metadata: Type.Record(Type.String(), Type.Unknown()),
});

const Final = Type.Object({
  content: Type.String(),
  sources: Type.Array(Source),
  confidence_score: Type.Number({
    minimum: 0,
    maximum: 1,
    description: "how well what was found answers; 0: nothing was",
  }),
  table_data: Type.Union([TableData, Type.Null()]),
  chart_data: Type.Union([ChartData, Type.Null()]),
});

const Failure = Type.Object({
  error: Type.String({ description: "a name, such as Timeout or ConnectionError" }),
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
    "Answers from the user's documents, tables among them. For `EventSource`, which can only GET: ask by query, or `POST` the question to `init` and " +
    "open the stream of its id. The first to come begins the run; whoever comes later reads the same one from its first frame. " +
    "An id has to be used within ten minutes and can be read for an hour. The stream's header `x-thread-id` is the `conversation_id` of the next turn.",
  frames: [
    { event: null, when: "a node of the agent begins or ends", data: frame("progress", payloads.solve_progress) },
    {
      event: null,
      when: "a piece of the answer, if `stream_tokens` was asked for; all of them are the `content` of `final`",
      data: frame("token", Type.Object({ content: Type.String() })),
    },
    { event: null, when: "the whole answer; terminal", data: frame("final", Final) },
    { event: null, when: "failed; terminal", data: frame("error", Failure) },
  ],
  answer: Type.Object({ success: Type.Literal(true), data: Final }),
  failures: Object.fromEntries(FAILED.map((status) => [status, Plain])),
  refusals: { 400: Plain, ...Object.fromEntries(REFUSED.map((status) => [status, Refusal])) },
};
