import { Type } from "@sinclair/typebox";
import type { Dialect } from "./contract.ts";
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
  endpoints: [{ method: "POST", path: "/api/v1/solve" }],
  agent: "solve",
  request: Request,
  parse: (body, locale) => ({
    userId: body.user_id,
    threadId: body.thread_id ?? null,
    input: { message: body.problem, images: body.image_urls ?? [], streamTokens: true, locale, options: {} },
  }),
  translate(event, { threadId }) {
    const { type, runId, seq, at, json } = event;
    const head = JSON.stringify({ type, thread_id: threadId, run_id: runId, seq, at: new Date(at) });
    const data = `${head.slice(0, -1)},"payload":${json}}`;
    return seq === 0 ? { event: type, data } : { id: `${threadId}:${seq}`, event: type, data };
  },
};
