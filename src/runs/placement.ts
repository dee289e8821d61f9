import { RequestError } from "../domain/error.ts";
import type { Store } from "../store/contract.ts";
import type { BeginOutcome, NewRun } from "../store/log/contract.ts";
import type { RequestedPlacement, RunRequest } from "./contract.ts";
import { CANCELLED } from "./live-run.ts";

/** How many turns may be queued in a thread behind the running one; the next is refused with 409. */
export const MAX_QUEUED = 8;

const QUEUED: RequestedPlacement = { multitask: "queue", supersedes: null };

/** What the store needs to know about where a run goes. */
export const placementOf = (
  { threadId, placement = QUEUED }: Pick<RunRequest, "threadId" | "placement">,
  now: number,
): Pick<NewRun, "maxQueued" | "placement"> => {
  const { multitask, supersedes } = placement;
  const maxQueued = multitask === "reject" ? 0 : MAX_QUEUED;
  const doesStop = multitask === "interrupt" || multitask === "replace";
  // A new thread has no runs to stop.
  if (supersedes === null && !(doesStop && threadId !== null)) return { maxQueued };
  const error = { code: CANCELLED.code, message: CANCELLED.message };
  const stops = doesStop ? { now, error, replaces: multitask === "replace" } : null;
  return { maxQueued, placement: { stops, supersedes } };
};

type Begun = Extract<BeginOutcome, { readonly state: "running" | "queued" }>;

/** Returns a run that was begun. Throws why it was not: `conflict`, `not_found` or `invalid`. */
export const begunOrRefused = async (
  begun: BeginOutcome,
  { userId, placement = QUEUED }: Pick<RunRequest, "userId" | "placement">,
  store: Store,
): Promise<Begun> => {
  switch (begun.state) {
    case "running":
    case "queued":
      return begun;
    case "full":
      throw placement.multitask === "reject" ? BUSY() : FULL();
    case "known":
      throw new RequestError("conflict", "The run has already started.");
    case "unfinished":
      throw new RequestError(
        "conflict",
        "A turn that this would take the place of is not over. Wait, cancel it, or send multitask: replace.",
      );
    case "unknown": {
      const isElsewhere =
        placement.supersedes !== null && (await store.runs.get(userId, placement.supersedes)) !== null;
      const message = isElsewhere ? "must be a run of the thread that thread_id names" : "must be a run of yours";
      throw new RequestError(isElsewhere ? "invalid" : "not_found", `supersedes ${message}.`, {
        details: [{ path: "/supersedes", message }],
      });
    }
  }
};

const FULL = () =>
  new RequestError("conflict", `The thread has a turn running and ${MAX_QUEUED} waiting. Try again later.`, {
    retryAfter: 5,
  });

const BUSY = () =>
  new RequestError("conflict", "The thread has a turn that is not over. Wait for its end, or send multitask: queue.");
