import { type Static, Type } from "@sinclair/typebox";
import type { View } from "../../dialects/contract.ts";
import { RunStatus } from "../../domain/run.ts";
import type { ReadableRun } from "../../runs/contract.ts";
import type { Store } from "../../store/contract.ts";
import { notFound } from "../request/caller.ts";
import { runHeaders } from "./stream-headers.ts";

export const AcceptedShape = Type.Object(
  { run_id: Type.String(), thread_id: Type.String(), status: RunStatus },
  { title: "AcceptedRun" },
);

/** 202: the run is stored, and its caller reads it later. Throws `not_found` when it was deleted meanwhile. */
export const accepted = async (run: ReadableRun, view: View, store: Store): Promise<Response> => {
  const found = await store.runs.get(run.userId, run.runId);
  if (found === null) throw notFound("run");
  const body: Static<typeof AcceptedShape> = { run_id: run.runId, thread_id: view.threadId, status: found.status };
  return new Response(JSON.stringify(body), {
    status: 202,
    headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store", ...runHeaders(view) },
  });
};
