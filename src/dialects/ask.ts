import { type Static, Type } from "@sinclair/typebox";
import { deltaJson, type LogEvent, payloadOf } from "../domain/event.ts";
import type { Locale } from "../domain/run.ts";
import type { RunRequest } from "../runs/runs.ts";
import type { Frame } from "../wire/encode.ts";
import { type Dialect, PLAIN_RUN, STREAM_ONLY, StreamRefusal, type View } from "./contract.ts";
import { DEFAULT_USER, OptionalUserField, ThreadField } from "./fields.ts";
import { FAILURE, NO_QUESTION } from "./messages.ts";

/** What questions of this family consist of. A blank one passes: it is answered in the stream. */
export const Question = Type.Object({
  question: Type.String({ description: "text" }),
  user_id: OptionalUserField,
  thread_id: ThreadField,
});

/** As a run. Throws a StreamRefusal when nothing is asked. */
export const questionRun = (
  { question, user_id, thread_id }: Static<typeof Question>,
  locale: Locale,
  options: RunRequest["input"]["options"],
): RunRequest => {
  const threadId = thread_id ?? null;
  if (question.trim() === "") throw new StreamRefusal((view) => errorFrame(NO_QUESTION[view.locale]), threadId);
  const input = { message: question, images: [], streamTokens: true, locale, options };
  return { ...PLAIN_RUN, userId: user_id ?? DEFAULT_USER, threadId, input };
};

/** The frames of an answer: its tokens, and how it ended. */
export const answerFrame = (event: LogEvent, { traceId, locale }: View): Frame | null => {
  switch (event.type) {
    case "token":
      return { data: `{"type":"token","content":${deltaJson(event)},"trace_id":${JSON.stringify(traceId)}}` };
    case "done":
      return { data: `{"type":"done","trace_id":${JSON.stringify(traceId)}}` };
    case "error":
      return errorFrame(FAILURE[payloadOf(event, "error").code][locale]);
    default:
      return null;
  }
};

const errorFrame = (message: string): Frame => ({ data: JSON.stringify({ type: "error", message }) });

/** POST /ask: a question, answered without `event:` and `id:` lines, for a browser's `onmessage`. */
export const ask: Dialect<typeof Question> = {
  name: "ask",
  endpoints: [{ method: "POST", path: "/ask", form: "stream" }],
  agent: "ask",
  request: Question,
  ...STREAM_ONLY,
  parse: (body, { locale }) => questionRun(body, locale, {}),
  translate: answerFrame,
};

const Query = Type.Object({ ...Question.properties, question: Type.Optional(Question.properties.question) });

/** GET /ask?question=…, for EventSource. That shows what comes in a stream and no refusal, so a missing question is a blank one. */
export const askByQuery: Dialect<typeof Query> = {
  ...ask,
  name: "ask-by-query",
  endpoints: [{ method: "GET", path: "/ask", form: "stream" }],
  request: Query,
  parse: ({ question = "", ...query }, { locale }) => questionRun({ ...query, question }, locale, {}),
};
