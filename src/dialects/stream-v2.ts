import { Type } from "@sinclair/typebox";
import { payloadOf } from "../domain/event.ts";
import { MAX_IMAGES, readImage } from "../domain/image.ts";
import { isStorable } from "../domain/text.ts";
import { agentConfigOf, ignoredOf } from "./agent-config.ts";
import { type Dialect, STREAM_ONLY, type View } from "./contract.ts";
import { NotBlank, nullable, ThreadField, UserField } from "./fields.ts";
import { COMMON_GUIDE } from "./openapi-guide.ts";

/** More than any user attaches to a message, or chooses from. */
const MAX_FILES = 100;
const MAX_FEATURES = 100;

const Request = Type.Object({
  message: NotBlank,
  userId: UserField,
  threadId: ThreadField,
  filesUrl: nullable(
    Type.Array(Type.String(), { maxItems: MAX_FILES }),
    `a list of at most ${MAX_FILES} URLs, or null; the first ${MAX_IMAGES} images are sent to the model`,
  ),
  chosenFeatures: nullable(
    Type.Array(Type.String(), { maxItems: MAX_FEATURES }),
    `a list of at most ${MAX_FEATURES} names, or null; not interpreted by the service`,
  ),
  streamTokens: nullable(Type.Boolean(), "true, false or null; when false, the answer is sent as one delta at the end"),
  agentConfig: nullable(
    Type.Object({}),
    "an object, or null; agent, model, temperature, max_output_tokens and reasoning are read, other fields ignored",
  ),
  authToken: nullable(Type.String(), "text, or null; neither logged nor stored"),
});

/**
 * The backend adapter: POST /stream/v2, called server to server. No `id:` line, three event names, camelCase in
 * requests.
 */
export const streamV2: Dialect<typeof Request> = {
  name: "stream-v2",
  endpoints: [{ method: "POST", path: "/stream/v2", mode: "stream" }],
  agent: "solve",
  request: Request,
  user: { field: "userId", isRequired: true },
  ...STREAM_ONLY,
  ignored: ({ agentConfig }) => ignoredOf(agentConfig ?? {}).map((name) => `agentConfig.${name}`),
  parse: (body, { locale, userId }) => {
    const { agent, model, settings } = agentConfigOf(body.agentConfig ?? {});
    return {
      userId,
      threadId: body.threadId ?? null,
      agent,
      model,
      file: null,
      input: {
        message: body.message,
        images: picturesAmong(body.filesUrl ?? []),
        streamTokens: body.streamTokens ?? true,
        locale,
        options: { chosenFeatures: body.chosenFeatures ?? [], agentConfig: body.agentConfig ?? {} },
        settings,
      },
    };
  },
  translate(event, view) {
    switch (event.type) {
      case "token":
        return { event: "llm.token.delta", data: withThread(event.json, view) };
      case "done":
        return { event: "run.completed", data: JSON.stringify({ thread_id: view.threadId }) };
      case "error": {
        const { message } = payloadOf(event, "error");
        return { event: "run.failed", data: JSON.stringify({ message, thread_id: view.threadId }) };
      }
      default:
        return null;
    }
  },
  guide: {
    ...COMMON_GUIDE,
    title: "Backend adapter",
    about:
      "For a backend that relays the answer. Optional fields may be null. Frames have no `id:` line because this wire omits " +
      "most events of a run. Each frame carries `thread_id`; send it as `threadId` with the next turn.",
    frames: [
      {
        event: "llm.token.delta",
        when: "part of the answer; all parts, concatenated, are the stored answer",
        data: Type.Object({ delta: Type.String(), thread_id: Type.String() }),
      },
      {
        event: "run.completed",
        when: "the run succeeded and its answer is stored; terminal",
        data: Type.Object({ thread_id: Type.String() }),
      },
      {
        event: "run.failed",
        when: "the run failed; terminal",
        data: Type.Object({ message: Type.String(), thread_id: Type.String() }),
      },
    ],
  },
};

/** A URL whose extension is that of another kind of file; one without an extension may be an image. */
const OTHER_FILE = /\.(?:pdf|docx?|xlsx?|pptx?|hwpx?|txt|md|csv|json|html?|zip|mp[34]|mov|wav)$/i;

/**
 * The caller sends all files that its user attached and always expects an answer, so files that no model can see are
 * left out.
 */
const picturesAmong = (urls: readonly string[]): readonly string[] =>
  urls
    .filter((text) => {
      const image = isStorable(text) ? readImage(text) : null;
      return image !== null && !("url" in image && OTHER_FILE.test(image.url.pathname));
    })
    .slice(0, MAX_IMAGES);

/** The payload's own JSON with the thread's id inserted, which saves parsing and serializing it. */
const withThread = (json: string, { threadJson }: View): string => `${json.slice(0, -1)},"thread_id":${threadJson}}`;
