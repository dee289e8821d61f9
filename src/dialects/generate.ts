import { Value } from "@sinclair/typebox/value";
import type { RunErrorCode } from "../domain/error.ts";
import { deltaJson, type LogEvent, type Payload, payloadOf } from "../domain/event.ts";
import type { Locale } from "../domain/run.ts";
import { TilDraft } from "../domain/til-draft.ts";
import { type Answer, type Dialect, USER_IF_NAMED } from "./contract.ts";
import { generateGuide } from "./generate-openapi.ts";
import { GenerateRequest, generateRun } from "./generate-request.ts";
import { FAILURE } from "./messages.ts";

/**
 * TIL generation: a text, a page or a file becomes a note with a title, an excerpt and tags. Named events without ids.
 */
export const generate: Dialect<typeof GenerateRequest> = {
  name: "generate",
  endpoints: [
    { method: "POST", path: "/api/v1/generate/stream", mode: "stream" },
    { method: "POST", path: "/api/v1/generate/preview", mode: "answer" },
  ],
  agent: "til",
  request: GenerateRequest,
  ...USER_IF_NAMED,
  isResumable: false,
  takesFile: true,
  isBackground: () => false,
  ignored: () => [],
  parse: generateRun,
  translate(event, { locale }) {
    switch (event.type) {
      case "token":
        return { event: "content_chunk", data: `{"chunk":${deltaJson(event)}}` };
      case "node_result": {
        const { node, output } = payloadOf(event, "node_result");
        return FRAMES.has(node) ? { event: node, data: JSON.stringify({ [node]: output }) } : null;
      }
      case "done":
        return { event: "complete", data: '{"success":true}' };
      case "error":
        return { event: "error", data: JSON.stringify({ error: messageOf(payloadOf(event, "error"), locale) }) };
      default:
        return null;
    }
  },
  answer: (end, { locale }) => (end.type === "error" ? failed(payloadOf(end, "error"), locale) : preview(end)),
  refuse: null,
  guide: generateGuide,
};

/** The results that are shown, by the names that agent and wire share. */
const FRAMES: ReadonlySet<string> = new Set(["day_number", "title", "excerpt", "tags"]);

const preview = (end: LogEvent): Answer => {
  const { result } = payloadOf(end, "done");
  const { tags, ...draft } = Value.Parse(TilDraft, result);
  const suggested = tags ?? [];
  return {
    status: 200,
    body: { ...draft, suggested_tag_ids: suggested.flatMap(({ id }) => id ?? []), suggested_tags: suggested },
  };
};

const STATUS: Readonly<Record<RunErrorCode, number>> = {
  /** The upload, or the page that was named, cannot be read. */
  tool_failed: 422,
  model_rate_limited: 429,
  credit_exhausted: 429,
  model_refused: 502,
  model_unavailable: 503,
  store_unavailable: 503,
  interrupted: 503,
  cancelled: 503,
  timeout: 504,
  internal: 500,
};

const failed = (error: Payload<"error">, locale: Locale): Answer => ({
  status: STATUS[error.code],
  body: { error: { code: error.code, message: messageOf(error, locale), details: [] } },
});

/** For unreadable sources returns the agent's own message, for all other errors the common one. */
const messageOf = ({ code, message }: Payload<"error">, locale: Locale): string =>
  code === "tool_failed" ? message : FAILURE[code][locale];
