import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { native } from "../../dialects/native.ts";
import type { FrameGuide } from "../../dialects/openapi-guide.ts";
import { isTerminal } from "../../domain/event.ts";
import { ResetShape } from "../../domain/message-shapes.ts";
import type { Run } from "../../domain/run.ts";
import { type ThreadKey, threadKey } from "../../domain/thread.ts";
import { ThreadReader } from "../../streams/thread-reader.ts";
import type { RouteParts } from "../context.ts";
import { described, empty } from "../openapi/operation.ts";
import { inHeader, inQuery, STREAM_HEADERS, THREAD_ID, USER } from "../openapi/parameters.ts";
import { callerOf, localeOf, notFound, threadIdIn, traceIdOf } from "../request/caller.ts";
import { flagIn } from "../request/flags.ts";
import { cursorOf } from "../request/last-event-id.ts";
import { streamHeaders } from "../response/stream-headers.ts";
import { THREADS } from "./threads.ts";

const RESET_GUIDE: FrameGuide = {
  event: "reset",
  when: "the log does not hold the event that the cursor names, or no longer; carries the thread's messages in place of the earlier events, and the events that follow come next",
  id: "`thread_id:seq`, the position to resume from",
  data: ResetShape,
};

/** Whether an event of the log belongs to the run under way, whose events are all there. */
const isOfActive = (active: Run | null, seq: number): boolean =>
  active !== null && active.startSeq !== null && seq > active.startSeq;

/** A thread's log in the native envelope: replayed from where the reader stopped, then live. */
export const threadEventRoutes = (parts: RouteParts) => {
  const { store, system } = parts;
  /** Of a run whose events are gone, its end is the only place to go on from. */
  const isPlace = async (key: ThreadKey, seq: number): Promise<boolean> => {
    const [event] = await store.events.read(key, seq - 1, 1);
    return event?.seq === seq && (event.folded === undefined || isTerminal(event.type));
  };
  return new Elysia({ name: "events" }).get(
    "/api/v1/threads/:threadId/events",
    async ({ params, request, set }) => {
      const threadId = threadIdIn(params);
      const key = threadKey(callerOf(request), threadId);
      const thread = await store.threads.get(key);
      if (thread === null) throw notFound("thread");
      const named = cursorOf(request, threadId);
      const isPatient = flagIn(request, "wait");
      const active = await store.threads.activeRun(key);
      const bounds = await store.events.bounds(key);
      // The thread was deleted meanwhile.
      if (bounds === null && (await store.threads.get(key)) === null) throw notFound("thread");
      const { first, last } = bounds ?? { first: thread.lastSeq + 1, last: thread.lastSeq };
      const isHeld =
        named !== null && named >= first && named <= last && (isOfActive(active, named) || (await isPlace(key, named)));
      const cursor = named === 0 ? first - 1 : isHeld ? named : null;
      if (active === null && cursor === last && !isPatient) return new Response(null, { status: 204 });
      const traceId = traceIdOf(request.headers, () => system.id());
      const locale = localeOf(request.headers, parts.locale);
      const threadJson = JSON.stringify(threadId);
      const lastRun = async () => (await store.events.read(key, last - 1, 1))[0]?.runId ?? "";
      const view = { threadId, threadJson, runId: active?.runId ?? (await lastRun()), traceId, locale, options: {} };
      Object.assign(set.headers, streamHeaders(view));
      return new ThreadReader(key, { cursor, first, last, isActive: active !== null, isPatient }, view, parts);
    },
    {
      detail: described({
        tag: THREADS,
        access: "read",
        summary: "Stream a thread's events: the stored ones, then live ones",
        description: "Ends when the thread's last run ends, or at once when no run is active, unless `wait` is `true`.",
        parameters: [
          THREAD_ID,
          ...USER,
          inHeader("last-event-id", "The id of the last frame received. Events after it are sent."),
          inQuery("after", "The same as a bare seq, used when there is no `Last-Event-ID`."),
          inQuery(
            "wait",
            "`true`: the stream stays open while the thread is idle and sends the events of later runs.",
            Type.Boolean(),
          ),
          ...STREAM_HEADERS,
        ],
        replies: {
          200: {
            kind: "frames",
            description: "The thread's events, in the native envelope.",
            wire: native.guide.title,
            frames: [RESET_GUIDE, ...native.guide.frames],
          },
          204: empty("There are no later events, no run is active, and `wait` is not set."),
        },
        refusals: ["not_found", "invalid", "store_unavailable"],
      }),
    },
  );
};
