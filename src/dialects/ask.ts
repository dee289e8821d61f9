import { type Static, Type } from "@sinclair/typebox";
import { deltaJson, type LogEvent, payloadOf } from "../domain/event.ts";
import type { RunRequest } from "../runs/contract.ts";
import type { Frame } from "../wire/encode.ts";
import {
  type Caller,
  type Dialect,
  PLAIN_RUN,
  STREAM_ONLY,
  StreamRefusal,
  USER_IF_NAMED,
  type View,
} from "./contract.ts";
import { OptionalUserField, ThreadField } from "./fields.ts";
import { FAILURE, NO_QUESTION } from "./messages.ts";
import { COMMON_GUIDE, type FrameGuide } from "./openapi-guide.ts";

/** The fields of a question. A blank question passes: it is answered in the stream. */
export const Question = Type.Object({
  question: Type.String({ description: "text", examples: ["2x + 3 = 7"] }),
  user_id: OptionalUserField,
  thread_id: ThreadField,
});

/** Turns a question into a run. Throws a StreamRefusal when it is blank. */
export const questionRun = (
  { question, thread_id }: Omit<Static<typeof Question>, "user_id">,
  { locale, userId }: Pick<Caller, "locale" | "userId">,
  options: RunRequest["input"]["options"],
): RunRequest => {
  const threadId = thread_id ?? null;
  if (question.trim() === "") throw new StreamRefusal((view) => errorFrame(NO_QUESTION[view.locale]), threadId);
  const input = { message: question, images: [], streamTokens: true, locale, options };
  return { ...PLAIN_RUN, userId, threadId, input };
};

/** The frames of an answer: its tokens and its end. */
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

export const ANSWER_FRAMES: readonly FrameGuide[] = [
  {
    event: null,
    when: "part of the answer",
    data: Type.Object({ type: Type.Literal("token"), content: Type.String(), trace_id: Type.String() }),
  },
  {
    event: null,
    when: "the run succeeded and its answer is stored; terminal",
    data: Type.Object({ type: Type.Literal("done"), trace_id: Type.String() }),
  },
  {
    event: null,
    when: "the run failed, or the question is blank; the message is for people, in the caller's language; terminal",
    data: Type.Object({ type: Type.Literal("error"), message: Type.String() }),
  },
];

const errorFrame = (message: string): Frame => ({ data: JSON.stringify({ type: "error", message }) });

/** POST /ask: a question and its answer, without `event:` and `id:` lines, for a browser's `onmessage`. */
export const ask: Dialect<typeof Question> = {
  name: "ask",
  endpoints: [{ method: "POST", path: "/ask", mode: "stream" }],
  agent: "ask",
  request: Question,
  ...USER_IF_NAMED,
  ...STREAM_ONLY,
  parse: (body, caller) => questionRun(body, caller, {}),
  translate: answerFrame,
  guide: {
    ...COMMON_GUIDE,
    title: "Question and answer",
    about:
      "A question and its answer, in frames for a browser's `onmessage`. Questions with the same `user_id` and `thread_id` " +
      "form a conversation, and the model receives the earlier ones. A blank question receives an `error` frame in the stream.",
    frames: ANSWER_FRAMES,
  },
};

const Query = Type.Object({ ...Question.properties, question: Type.Optional(Question.properties.question) });

/**
 * GET /ask?question=…, for EventSource. EventSource shows only what arrives in a stream, never a refusal, so a missing
 * question is treated as a blank one.
 */
export const askByQuery: Dialect<typeof Query> = {
  ...ask,
  name: "ask-by-query",
  endpoints: [{ method: "GET", path: "/ask", mode: "stream" }],
  request: Query,
  parse: ({ question = "", ...query }, caller) => questionRun({ ...query, question }, caller, {}),
  guide: {
    ...ask.guide,
    title: "Question and answer, for EventSource",
    about:
      "The same by GET, the only method of EventSource. EventSource shows its user the stream but not an HTTP error, so a " +
      "missing question is treated as a blank one. EventSource reconnects whenever a stream ends; its `Last-Event-ID` " +
      "then resumes the run and starts no new one.",
  },
};
