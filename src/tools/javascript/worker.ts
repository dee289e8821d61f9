import { serveJobs } from "../tool-job.ts";
import type { JavaScriptJobs } from "./javascript-workers.ts";
import { runSandboxed } from "./sandbox.ts";

serveJobs<JavaScriptJobs>({ run: ({ code }) => runSandboxed(code) });
