import { type Static, Type } from "@sinclair/typebox";
import { type EventType, type LogEvent, payloadOf, payloads } from "../domain/event.ts";
import { Multitask } from "../domain/multitask.ts";
import { Text } from "../domain/text-field.ts";
import type { RequestedPlacement } from "../runs/contract.ts";
import { type Dialect, PLAIN_RUN, STREAM_ONLY } from "./contract.ts";
import { ImagesField, imagesIn, NotBlank, nullable, ThreadField, UserField } from "./fields.ts";
import { COMMON_GUIDE, type FrameGuide } from "./openapi-guide.ts";

/** How the run takes its place in its thread. */
export const PlacementFields = {
  multitask: nullable(
    Multitask,
    "queue, reject, interrupt, replace or null: what happens when the thread has runs that are not over; null is what " +
      "the header x-multitask says, or queue",
  ),
  supersedes: nullable(
    Text({ minLength: 1, maxLength: 128 }),
    "the id of a run of the thread, or null; the new run takes the place of that turn and of all turns after it",
  ),
};
const Placement = Type.Object(PlacementFields);

export const placementIn = ({ multitask, supersedes }: Static<typeof Placement>): RequestedPlacement => ({
  multitask: multitask ?? null,
  supersedes: supersedes ?? null,
});

const Request = Type.Object({
  problem: NotBlank,
  user_id: UserField,
  thread_id: ThreadField,
  image_urls: ImagesField,
  ...PlacementFields,
});

const WHEN: Record<EventType, string> = {
  page_start:
    "the run started; a client may open a page for the answer, and removes the turns of the runs in `supersedes`",
  solve_progress: "a node of the agent starts or ends",
  token: "part of the answer",
  reasoning: "part of the model's visible reasoning, if the model provides it; never part of the answer",
  tool_start: "a tool is called",
  tool_result: "the tool returned its result",
  image_placeholder: "an image is being produced",
  image_result: "the image is available at a URL relative to the service's root, or could not be produced",
  sources: "the passages that retrieval found",
  node_result: "a node's result",
  credit_settled: "the run's usage; once per run, including failed and cancelled runs",
  attempt_started: "another replica, or the same after a pause, goes on with the run; nothing is said twice",
  approval_requested: "a tool call waits for a person's word, given by `POST /api/v1/runs/{runId}/approvals`",
  approval_resolved: "it was given: `input` is what the call is made with, or null when it did not change",
  custom: "an agent emits an event of its own, or a tool reports its progress (`tool_progress`)",
  done: "the run succeeded and its answer is stored; terminal",
  error: "the run failed; terminal",
};

const frameOf = (type: EventType): FrameGuide => ({
  event: type,
  when: WHEN[type],
  id: "`thread_id:seq`",
  data: Type.Object({
    type: Type.Literal(type),
    thread_id: Type.String(),
    run_id: Type.String(),
    seq: Type.Integer({
      minimum: 0,
      description: "Increases by one within the thread; 0 when the failure could not be stored.",
    }),
    at: Type.String({ format: "date-time" }),
    payload: type === "done" ? Type.Omit(payloads.done, ["result"]) : payloads[type],
  }),
});

/** A frame for each type of event. */
const FRAMES: readonly FrameGuide[] = (Object.keys(payloads) as EventType[]).map(frameOf);

/** The native envelope: every event of a run, under ids that each name one event forever. */
export const native: Dialect<typeof Request> = {
  name: "native",
  endpoints: [{ method: "POST", path: "/api/v1/solve", mode: "stream" }],
  agent: "solve",
  request: Request,
  user: { field: "user_id", isRequired: true },
  ...STREAM_ONLY,
  isResumable: true,
  parse: (body, { locale, userId }) => ({
    ...PLAIN_RUN,
    userId,
    threadId: body.thread_id ?? null,
    placement: placementIn(body),
    input: {
      message: body.problem,
      images: imagesIn("image_urls", body.image_urls),
      streamTokens: true,
      locale,
      options: {},
    },
  }),
  translate(event, { threadId, threadJson }) {
    const { type, runId, seq, at } = event;
    const json = type === "done" ? withoutResult(event) : event.json;
    // Type and run id are generated here and need no escaping; the payload is JSON already.
    const place = `"thread_id":${threadJson},"run_id":"${runId}","seq":${seq},"at":"${new Date(at).toISOString()}"`;
    const data = `{"type":"${type}",${place},"payload":${json}}`;
    return seq === 0 ? { event: type, data } : { id: `${threadId}:${seq}`, event: type, data };
  },
  guide: {
    ...COMMON_GUIDE,
    title: "Native envelope",
    about:
      "Every event of a run; the other wires show a part of them. `seq` increases by one within a thread, across its runs, " +
      "without gaps or reuse, so an id identifies one event permanently.",
    frames: FRAMES,
  },
};

/** The result is for wires that show it in one piece; here its events were sent before. */
const withoutResult = (event: LogEvent): string => {
  const { result: _, ...shown } = payloadOf(event, "done");
  return JSON.stringify(shown);
};
