import { type Static, Type } from "@sinclair/typebox";
import { IS_REQUIRED, type RequestError, type RunErrorCode } from "../domain/error.ts";
import { deltaJson, type LogEvent, payloadOf } from "../domain/event.ts";
import { Text } from "../domain/text-field.ts";
import { chatGuide } from "./chat-openapi.ts";
import { type Caller, type Dialect, USER_IF_NAMED } from "./contract.ts";
import { flag, isOn, NotBlank, nullable, OptionalUserField, ThreadField } from "./fields.ts";
import { FAILURE } from "./messages.ts";

const LlmConfig = Type.Object({
  model: nullable(Text({ minLength: 1, maxLength: 200 }), "the name of a configured model, or null"),
  temperature: nullable(Type.Number({ minimum: 0, maximum: 2 }), "a number from 0 to 2, or null"),
});

const Request = Type.Object({
  message: NotBlank,
  user_id: OptionalUserField,
  conversation_id: ThreadField,
  custom_prompt: nullable(Text({ maxLength: 10_000 }), "text of at most 10000 characters, or null"),
  llm_config: nullable(
    LlmConfig,
    "an object with model (the name of a configured one) and temperature (0 to 2), each of which may be null, or null",
  ),
  stream_tokens: flag("true, false or null; when true, parts of the answer are sent before the whole"),
});

/** This wire's name for a run's failure, and the status of `POST /api/chat` after it. */
const FAILED: Readonly<Record<RunErrorCode, { readonly name: string; readonly status: number }>> = {
  timeout: { name: "Timeout", status: 504 },
  model_unavailable: { name: "ConnectionError", status: 502 },
  model_rate_limited: { name: "RateLimitError", status: 429 },
  model_refused: { name: "RefusalError", status: 502 },
  cancelled: { name: "Cancelled", status: 409 },
  interrupted: { name: "Interrupted", status: 503 },
  credit_exhausted: { name: "CreditExhausted", status: 402 },
  tool_failed: { name: "ToolError", status: 500 },
  store_unavailable: { name: "StoreUnavailable", status: 503 },
  internal: { name: "InternalError", status: 500 },
};

/** `done` carries the agent's result: the content of `final` and of the JSON answer. */
const resultOf = (end: LogEvent): unknown => payloadOf(end, "done").result ?? null;

const failureOf = (end: LogEvent, locale: Caller["locale"]) => {
  const { code } = payloadOf(end, "error");
  return { ...FAILED[code], message: FAILURE[code][locale] };
};

const parse = (
  { message, conversation_id, custom_prompt, llm_config, stream_tokens }: Static<typeof Request>,
  { locale, userId }: Caller,
) => {
  const name = llm_config?.model ?? null;
  const temperature = llm_config?.temperature ?? null;
  return {
    userId,
    threadId: conversation_id ?? null,
    input: {
      ...{ message, images: [], streamTokens: true, locale },
      options: { customPrompt: custom_prompt ?? null, showsTokens: isOn(stream_tokens) ?? false },
      ...(temperature !== null && { settings: { temperature } }),
    },
    model: name === null ? null : { name, provider: null, path: "/llm_config/model" },
    agent: null,
    file: null,
  };
};

/** Whether the message is missing, blank, null or not text: the contract has its own wording for that. */
const isMissing = ({ code, details }: RequestError): boolean =>
  code === "invalid" &&
  details.some(
    ({ path, message }) =>
      path === "" ||
      (path === "/message" && (message === IS_REQUIRED || message === `must be ${NotBlank.description}`)),
  );

/**
 * Agent chat: progress, then the whole answer in one frame, for clients that show tables and charts, and before that in
 * pieces for clients that request them. Frames have no `event:` line. Clients that can only GET ask by query, or post
 * the question first and open the stream of its ticket.
 */
export const chat: Dialect<typeof Request> = {
  name: "chat",
  endpoints: [
    { method: "POST", path: "/api/chat/stream", mode: "stream" },
    { method: "GET", path: "/api/chat/stream", mode: "stream" },
    { method: "POST", path: "/api/chat/stream/init", mode: "ticket" },
    { method: "GET", path: "/api/chat/stream/:id", mode: "join" },
    { method: "POST", path: "/api/chat", mode: "answer" },
  ],
  agent: "chat",
  request: Request,
  ...USER_IF_NAMED,
  isResumable: false,
  takesFile: false,
  isBackground: () => false,
  ignored: () => [],
  parse,
  translate(event, { locale, options }) {
    switch (event.type) {
      case "solve_progress":
        return { data: `{"type":"progress","data":${event.json}}` };
      case "token":
        return options.showsTokens === true
          ? { data: `{"type":"token","data":{"content":${deltaJson(event)}}}` }
          : null;
      case "done":
        return { data: JSON.stringify({ type: "final", data: resultOf(event) }) };
      case "error": {
        const { name, message } = failureOf(event, locale);
        return { data: JSON.stringify({ type: "error", data: { error: name, message } }) };
      }
      default:
        return null;
    }
  },
  answer(end, { locale }) {
    if (end.type === "done") return { status: 200, body: { success: true, data: resultOf(end) } };
    const { status, message } = failureOf(end, locale);
    return { status, body: { success: false, error: message } };
  },
  refuse(error, status) {
    const { code, message, details } = error;
    if (status === 400 || isMissing(error)) return { status: 400, body: { success: false, error: message } };
    return { status, body: { success: false, error: { code, message, details } } };
  },
  guide: chatGuide,
};
