import variant from "@jitl/quickjs-singlefile-mjs-release-sync";
import {
  newQuickJSWASMModuleFromVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSWASMModule,
} from "quickjs-emscripten-core";
import { ToolError } from "../contract.ts";

const MEMORY_BYTES = 32 * 1024 * 1024;
const STACK_BYTES = 256 * 1024;
const TIME_LIMIT_MS = 1_000;
const MAX_LINES = 200;
const MAX_OUTPUT_CHARS = 8_000;
const MAX_RESULT_CHARS = 8_000;
const MAX_ERROR_CHARS = 500;

/** The result of a program: the value of its last expression, and the lines that it printed. */
export interface SandboxResult {
  readonly result: unknown;
  readonly output: readonly string[];
}

/**
 * Runs before the program, with the original built-ins: it defines `console.log` and returns a function that serializes
 * any value as JSON. If the program changes built-ins later, that affects only the program itself; the bounds are
 * enforced outside the sandbox.
 */
const PRELUDE = `(() => {
  "use strict";
  const { stringify } = JSON;
  const replacer = (key, value) =>
    typeof value === "bigint" || typeof value === "symbol" ? String(value)
    : typeof value === "number" && !Number.isFinite(value) ? String(value)
    : value instanceof Map ? Object.fromEntries(value)
    : value instanceof Set ? Array.from(value)
    : value instanceof Error ? String(value)
    : typeof value === "function" ? "[function]"
    : value;
  const write = (value) => stringify(value, replacer);
  const print = globalThis.__print;
  delete globalThis.__print;
  const log = (...values) => print(values.map((v) => (typeof v === "string" ? v : String(write(v)))).join(" ").slice(0, ${MAX_OUTPUT_CHARS}));
  globalThis.console = { log, info: log, warn: log, error: log, debug: log };
  return write;
})()`;

// biome-ignore lint/plugin: the limit applies in real time; an injected clock would not stop the program.
const clock = (): number => performance.now();

let loading: Promise<QuickJSWASMModule> | undefined;

/**
 * Runs JavaScript in a separate engine inside WebAssembly. It has no access to files, the network, any clock but Date,
 * or this process's objects. Limits are 32 MB and 1 s, and every call gets a fresh context. Throws a ToolError with the
 * program's own error, so that the model can correct it.
 */
export const runSandboxed = async (code: string): Promise<SandboxResult> => {
  loading ??= newQuickJSWASMModuleFromVariant(variant);
  const quickjs = await loading;
  try {
    return runOnce(quickjs, code);
  } catch (error) {
    // After anything but a ToolError the WebAssembly instance cannot be trusted.
    if (!(error instanceof ToolError)) loading = undefined;
    throw error;
  }
};

const runOnce = (quickjs: QuickJSWASMModule, code: string): SandboxResult => {
  const deadline = clock() + TIME_LIMIT_MS;
  const runtime = quickjs.newRuntime({
    memoryLimitBytes: MEMORY_BYTES,
    maxStackSizeBytes: STACK_BYTES,
    interruptHandler: () => clock() > deadline,
  });
  const context = runtime.newContext();
  const handles: QuickJSHandle[] = [];
  const track = (handle: QuickJSHandle): QuickJSHandle => {
    handles.push(handle);
    return handle;
  };
  try {
    const output: string[] = [];
    const print = collector(output);
    const printer = context.newFunction("print", (line) => {
      print(line === undefined ? "" : context.getString(line));
    });
    context.setProp(context.global, "__print", printer);
    printer.dispose();
    const check = (outcome: ReturnType<QuickJSContext["evalCode"]>): QuickJSHandle => {
      if (outcome.error) throw failure(context, track(outcome.error), clock() > deadline, output);
      return track(outcome.value);
    };
    const write = check(context.evalCode(PRELUDE, "prelude.js"));
    const value = check(context.evalCode(code, "code.js"));
    const jobs = runtime.executePendingJobs();
    if (jobs.error) throw failure(jobs.error.context, track(jobs.error), clock() > deadline, output);
    const state = context.getPromiseState(value);
    if (state.type === "pending")
      throw new ToolError(
        "The program's promise never settles: there are no timers and no network. Compute without waiting.",
      );
    if (state.type === "rejected") throw failure(context, track(state.error), clock() > deadline, output);
    const settled = state.notAPromise ? value : track(state.value);
    const json = check(context.callFunction(write, context.undefined, settled));
    return { result: context.typeof(json) === "string" ? readResult(context.getString(json)) : null, output };
  } finally {
    for (const handle of handles) if (handle.alive) handle.dispose();
    context.dispose();
    runtime.dispose();
  }
};

/** Collects the first 200 lines and 8,000 characters, and adds one line when output is left out. */
const collector = (output: string[]): ((line: string) => void) => {
  let remaining = MAX_OUTPUT_CHARS;
  return (line) => {
    if (remaining <= 0) return;
    output.push(line.slice(0, remaining).toWellFormed());
    remaining -= line.length + 1;
    if (output.length < MAX_LINES && remaining > 0) return;
    remaining = 0;
    output.push("… (more output was left out)");
  };
};

const readResult = (json: string): unknown => {
  if (json.length > MAX_RESULT_CHARS)
    throw new ToolError(`The result is longer than ${MAX_RESULT_CHARS} characters; return a summary of it.`);
  return JSON.parse(json);
};

const failure = (
  context: QuickJSContext,
  error: QuickJSHandle,
  isTimedOut: boolean,
  output: readonly string[],
): ToolError => {
  if (isTimedOut)
    return new ToolError(
      `The program ran longer than ${TIME_LIMIT_MS / 1000} s; use a faster algorithm or a smaller case.`,
    );
  const text = (name: string): string => {
    const handle = context.getProp(error, name);
    const value = context.typeof(handle) === "string" ? context.getString(handle) : "";
    handle.dispose();
    return value;
  };
  const isObject = context.typeof(error) === "object";
  const [name, message] = isObject
    ? [text("name") || "Error", text("message")]
    : ["Thrown", String(context.dump(error))];
  const line = isObject ? /code\.js:(\d+)/u.exec(text("stack"))?.[1] : undefined;
  const printed = output.length > 0 ? ` It had printed: ${output.join("\n")}` : "";
  return new ToolError(
    `${name}: ${message}${line ? ` (line ${line})` : ""}`.slice(0, MAX_ERROR_CHARS) + printed.slice(0, 2_000),
  );
};
