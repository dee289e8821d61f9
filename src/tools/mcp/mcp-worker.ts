import { startWorker, type WorkerEntry } from "../../workers/pooled-worker.ts";
import type { CallOutcome, CallRequest, FromWorker, Progress, ToWorker } from "./messages.ts";
import type { McpServerConfig } from "./server-config.ts";

const ENTRY: WorkerEntry = {
  source: new URL("./worker.ts", import.meta.url).href,
  embedded: "./tools/mcp/worker.ts",
};
/** The pause before the thread is started again after it broke. */
const RESTART_MS = 1_000;
/** How long servers may take to end when the service stops. */
const CLOSE_MS = 5_000;

interface PendingCall {
  readonly onProgress: (progress: Progress) => void;
  readonly resolve: (outcome: CallOutcome) => void;
}

/** The messages that are no answer to a call. */
export type ServerReport = Extract<FromWorker, { type: "listed" | "unusable" | "away" | "stderr" }>;

/**
 * The thread that is connected to the MCP servers. A result may have 100 MB, and parsing it would block every
 * stream of the process; only a bounded part of it leaves the thread.
 */
export class McpWorker {
  #worker: Worker | undefined;
  #servers: readonly McpServerConfig[] = [];
  readonly #calls = new Map<number, PendingCall>();
  #lastId = 0;
  #onClosed: (() => void) | undefined;
  #isClosed = false;

  constructor(private readonly onReport: (report: ServerReport) => void) {}

  /** Connects to these servers, and disconnects from others. Those that did not change stay connected. */
  setServers(servers: readonly McpServerConfig[]): void {
    this.#servers = servers;
    if (this.#worker === undefined && servers.length === 0) return;
    this.#post({ type: "servers", servers });
  }

  /** Calls a tool. Never rejects; resolves soon after the signal aborts. */
  async call(
    request: CallRequest,
    signal: AbortSignal,
    onProgress: (progress: Progress) => void,
  ): Promise<CallOutcome> {
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<CallOutcome>();
    const cancel = () => {
      this.#post({ type: "cancel", id });
      resolve({ isError: true, message: "The call was cancelled." });
    };
    if (signal.aborted || this.#isClosed) return { isError: true, message: "The call was cancelled." };
    this.#calls.set(id, { onProgress, resolve });
    signal.addEventListener("abort", cancel, { once: true });
    this.#post({ type: "call", id, request });
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", cancel);
      this.#calls.delete(id);
    }
  }

  /** Ends all servers and the thread. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#failCalls("The service is shutting down.");
    const worker = this.#worker;
    if (worker === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onClosed = resolve;
    worker.postMessage({ type: "close" } satisfies ToWorker);
    const timer = setTimeout(resolve, CLOSE_MS);
    await promise;
    clearTimeout(timer);
    worker.terminate();
  }

  #post(message: ToWorker): void {
    if (this.#isClosed) return;
    this.#worker ??= this.#start();
    this.#worker.postMessage(message);
  }

  #start(): Worker {
    const worker = startWorker(ENTRY);
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
    worker.onerror = ({ message }) => this.#broken(worker, message);
    worker.addEventListener("close", () => this.#broken(worker, "its thread ended"));
    return worker;
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case "outcome":
        this.#calls.get(message.id)?.resolve(message.outcome);
        break;
      case "progress":
        this.#calls.get(message.id)?.onProgress(message.progress);
        break;
      case "closed":
        this.#onClosed?.();
        break;
      default:
        this.onReport(message);
    }
  }

  #failCalls(message: string): void {
    for (const { resolve } of this.#calls.values()) resolve({ isError: true, message });
  }

  #broken(worker: Worker, why: string): void {
    if (this.#worker !== worker || this.#isClosed) return;
    this.#worker = undefined;
    worker.terminate();
    this.#failCalls("The tools' servers failed during the call; its outcome is not known.");
    for (const { name } of this.#servers) this.onReport({ type: "away", server: name, why });
    setTimeout(() => this.setServers(this.#servers), RESTART_MS).unref();
  }
}
