import { RunError } from "../domain/error.ts";
import type { Model } from "../models/contract.ts";
import type { LiveRun } from "./live.ts";

/** What a run is aborted with that the store did not take. Nobody reads it: such a run has no log, and no reader. */
export const NOT_TAKEN = new RunError("store_unavailable", "The run could not be kept.");

/** Resolves once the store has the run; throws `NOT_TAKEN` when it will not. */
export const untilKept = async (run: LiveRun): Promise<void> => {
  if (!(await run.kept)) throw NOT_TAKEN;
};

/** The model, asked at once and heard no sooner than the store has the run: nothing that follows from its words can come before. */
export const heardOnceKept = (model: Model, run: LiveRun): Model => ({
  id: model.id,
  check: (context) => model.check(context),
  answer: (request, context, hear) =>
    model.answer(request, context, (part) => (run.isKept ? hear(part) : untilKept(run).then(() => hear(part)))),
});
