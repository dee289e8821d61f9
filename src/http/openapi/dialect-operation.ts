import { type TSchema, Type } from "@sinclair/typebox";
import type { Dialect, Endpoint, ResponseMode } from "../../dialects/contract.ts";
import type { FrameGuide, Guide } from "../../dialects/openapi-guide.ts";
import type { RequestErrorCode } from "../../domain/error.ts";
import { AcceptedShape } from "../response/accepted.ts";
import { pascal } from "./components.ts";
import { payloadName } from "./event-stream.ts";
import { empty, json, type Operation, type Parameter, type Reply } from "./operation.ts";
import {
  IDEMPOTENCY_HEADER,
  inHeader,
  inPath,
  inQuery,
  MULTITASK_HEADER,
  STREAM_HEADERS,
  USER,
  USER_OR_DEFAULT,
} from "./parameters.ts";
import { OF_RUNS } from "./refusals.ts";

const FOR_EVENT_SOURCE = ", for EventSource";

/** The title of a wire, whichever method its requests use. */
const wireOf = ({ title }: Guide): string =>
  title.endsWith(FOR_EVENT_SOURCE) ? title.slice(0, -FOR_EVENT_SOURCE.length) : title;

const SUMMARY: Record<ResponseMode, string> = {
  stream: "Ask a question and stream the answer",
  answer: "Ask a question and return the whole answer",
  ticket: "Store a question to be asked with GET",
  join: "Ask the stored question, or join its run",
};

const REFUSALS: Record<ResponseMode, readonly RequestErrorCode[]> = {
  stream: ["invalid", "not_found", "conflict", ...OF_RUNS],
  answer: ["invalid", "conflict", ...OF_RUNS],
  ticket: ["invalid", "store_unavailable"],
  join: ["not_found", "conflict", ...OF_RUNS],
};

/** Describes an endpoint of a wire from its dialect. */
export const dialectOperation = (dialect: Dialect, endpoint: Endpoint): Operation => {
  const { guide, request, takesFile, user } = dialect;
  const { method, mode } = endpoint;
  const titled: TSchema = { ...request, title: `${pascal(dialect.name)}Request` };
  const takesBody = method === "POST" && mode !== "join";
  const parameters = takesBody ? [] : mode === "join" ? [TICKET_ID] : queryOf(request);
  return {
    tag: { name: guide.title, description: guide.about },
    access: "ask",
    threads: "handler",
    summary: `${SUMMARY[mode]} (${wireOf(guide)}${method === "GET" ? FOR_EVENT_SOURCE : ""})`,
    parameters: [
      ...parameters,
      ...(mode === "join" ? [] : user.isRequired ? USER : USER_OR_DEFAULT),
      ...(method === "GET" ? [LAST_EVENT_ID] : []),
      ...(method === "POST" ? [IDEMPOTENCY_HEADER] : []),
      ...(mode === "join" ? [] : [MULTITASK_HEADER]),
      ...STREAM_HEADERS,
    ],
    ...(takesBody && { body: titled }),
    ...(takesBody && takesFile && { form: request }),
    replies: replyOf(dialect, endpoint),
    refusals: REFUSALS[mode],
    worded: guide.refusals,
    ...(mode === "answer" && { failures: guide.failures }),
  };
};

const TICKET_ID = inPath("id", "The id of the stored question. It cannot be guessed and expires.");
const Ticket = Type.Object({ id: Type.String() }, { title: "Ticket" });

const replyOf = ({ guide }: Dialect, { mode, method }: Endpoint): Readonly<Record<number, Reply>> => {
  switch (mode) {
    case "stream":
    case "join":
      return method === "POST"
        ? {
            200: framesOf(guide, guide.frames),
            ...(guide.takesBackground && { 202: json("The run is stored; `background` was true.", AcceptedShape) }),
          }
        : resumable(guide);
    case "ticket":
      return { 201: json("The id of the stored question. The header `location` is the URL of its stream.", Ticket) };
    case "answer":
      return { 200: json("The answer.", guide.answer ?? Type.Unknown()) };
  }
};

const framesOf = ({ title }: Guide, frames: readonly FrameGuide[]): Reply => ({
  kind: "frames",
  description: "The run's frames.",
  wire: title,
  frames,
});

/** The replies of a GET, to which EventSource reconnects. */
const resumable = (guide: Guide): Readonly<Record<number, Reply>> => {
  const wire = wireOf(guide);
  const frames = guide.frames.map((frame) => ({
    ...frame,
    id: "the run and the event, as `run_id:seq`; the first frame has this line only",
    // The data is the same as by POST and has the same name.
    data: { ...frame.data, title: payloadName(wire, frame) },
  }));
  return {
    200: framesOf({ ...guide, title: `${wire} EventSource` }, frames),
    204: empty(
      "With `Last-Event-ID`: the client has received the whole run, or the run does not exist. EventSource then stops reconnecting.",
    ),
  };
};
const LAST_EVENT_ID = inHeader(
  "last-event-id",
  "The id of the last frame received. Resumes that run after this frame; starts no new run.",
);

/** The fields that text can express. */
const queryOf = (request: TSchema): readonly Parameter[] => {
  const { properties = {}, required = [] } = request as { properties?: Record<string, TSchema>; required?: string[] };
  return Object.entries(properties).flatMap(([name, schema]) =>
    takesText(schema)
      ? [{ ...inQuery(name, schema.description ?? ""), required: required.includes(name), schema: textOf(schema) }]
      : [],
  );
};

const takesText = (schema: TSchema): boolean =>
  schema.type === "string" || (schema.anyOf as TSchema[] | undefined)?.some(takesText) === true;

/** Of a field that may be text or null, returns the text: a query has no null. */
const textOf = (schema: TSchema): TSchema => (schema.anyOf as TSchema[] | undefined)?.find(takesText) ?? schema;
