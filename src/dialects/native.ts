import { Type } from "@sinclair/typebox";
import { type LogEvent, payloadOf } from "../domain/event.ts";
import { type Dialect, PLAIN_RUN, STREAM_ONLY } from "./contract.ts";
import { NotBlank, nullable, ThreadField, UserField } from "./fields.ts";

const Request = Type.Object({
  problem: NotBlank,
  user_id: UserField,
  thread_id: ThreadField,
  image_urls: nullable(Type.Array(Type.String()), "a list of URLs, or null"),
});

/** The native envelope: everything a run says, under ids that name one event for ever. */
export const native: Dialect<typeof Request> = {
  name: "native",
  endpoints: [{ method: "POST", path: "/api/v1/solve", form: "stream" }],
  agent: "solve",
  request: Request,
  ...STREAM_ONLY,
  parse: (body, { locale }) => ({
    ...PLAIN_RUN,
    userId: body.user_id,
    threadId: body.thread_id ?? null,
    input: { message: body.problem, images: body.image_urls ?? [], streamTokens: true, locale, options: {} },
  }),
  translate(event, { threadId, threadJson }) {
    const { type, runId, seq, at } = event;
    const json = type === "done" ? withoutResult(event) : event.json;
    // Type and run id are of our own making and need no escaping; the payload is JSON already.
    const place = `"thread_id":${threadJson},"run_id":"${runId}","seq":${seq},"at":"${new Date(at).toISOString()}"`;
    const data = `{"type":"${type}",${place},"payload":${json}}`;
    return seq === 0 ? { event: type, data } : { id: `${threadId}:${seq}`, event: type, data };
  },
};

/** Other wires show what an agent has made in one piece; here everything has been said by then. */
const withoutResult = (event: LogEvent): string => JSON.stringify({ message_id: payloadOf(event, "done").message_id });
