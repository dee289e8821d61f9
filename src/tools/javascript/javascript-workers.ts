import { ToolWorkers } from "../tool-workers.ts";
import type { SandboxResult } from "./sandbox.ts";

export type JavaScriptJobs = {
  readonly run: { readonly request: { readonly code: string }; readonly result: SandboxResult };
};

export const javaScriptWorkers = (workers: number): ToolWorkers<JavaScriptJobs> =>
  new ToolWorkers(
    { source: new URL("./worker.ts", import.meta.url).href, embedded: "./tools/javascript/worker.ts" },
    workers,
  );
