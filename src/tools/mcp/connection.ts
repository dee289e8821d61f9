import { Client, SdkHttpError, type Tool as ServerTool, type Transport } from "@modelcontextprotocol/client";
import { listedTools } from "./listed-tools.ts";
import type { CallOutcome, CallRequest, FromWorker, Progress } from "./messages.ts";
import { outcomeOf } from "./result.ts";
import type { McpServerConfig } from "./server-config.ts";
import { transportTo } from "./transport.ts";

/** How long a server may take to answer `initialize` and to list its tools. */
const CONNECT_MS = 15_000;
/** How long a call waits for a server that is being connected. */
const WAIT_MS = 10_000;
/** The pause before another attempt: doubled each time. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;
/** After a connection that lasted this long, the pauses begin with the first again. */
const GOOD_MS = 30_000;

/** Results are not checked against their output schema: a model can use what came, and servers break their own schemas. */
const ACCEPT_ANY = { getValidator: () => (data: unknown) => ({ valid: true, data, errorMessage: undefined }) as never };

/** The connection to one server, made again with growing pauses whenever it ends. */
export class McpConnection {
  #client: Client | undefined;
  #opening: Promise<Client> | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #goodTimer: ReturnType<typeof setTimeout> | undefined;
  #why = "it has not been reached yet";
  #isClosed = false;

  constructor(
    private readonly server: McpServerConfig,
    private readonly post: (message: FromWorker) => void,
  ) {}

  /** Begins to connect. Never throws. */
  open(): void {
    this.#connect().catch(() => {}); // `#lost` has reported it
  }

  /** Calls a tool. Never throws: whatever goes wrong is an outcome for the model. */
  async call(
    request: CallRequest,
    signal: AbortSignal,
    onProgress: (progress: Progress) => void,
  ): Promise<CallOutcome> {
    let client: Client;
    try {
      client = await this.#ready(signal);
    } catch {
      return failed(`The server ${this.server.name} is away (${this.#why}). Go on without it, or try again later.`);
    }
    const outcome = await this.#made(client, request, signal, onProgress);
    if (outcome !== "forgotten") return outcome;
    // A server that forgot the session has refused the call unread, so it may be made again in a new session.
    this.#client = undefined;
    void client.close().catch(() => {});
    return await this.call(request, signal, onProgress);
  }

  async #made(
    client: Client,
    { tool, input, meta }: CallRequest,
    signal: AbortSignal,
    onProgress: (progress: Progress) => void,
  ): Promise<CallOutcome | "forgotten"> {
    // A stream that ended before its answer, and cannot be resumed, would leave the call to its deadline.
    const { promise: ended, reject: onEnd } = Promise.withResolvers<never>();
    const calling = client.callTool(
      { name: tool, arguments: isObject(input) ? input : {}, _meta: meta },
      {
        signal,
        timeout: this.server.timeoutMs,
        maxTotalTimeout: this.server.timeoutMs,
        onprogress: ({ progress, total, message }) =>
          onProgress({ progress, total: total ?? null, message: message?.slice(0, 500) ?? null }),
        onRequestStreamEnd: () => setTimeout(onEnd, 0, new Error("the stream of its answer broke")),
      },
    );
    try {
      return outcomeOf(await Promise.race([calling, ended]));
    } catch (error) {
      calling.catch(() => {}); // its stream ended first
      return this.#failure(error, client, tool);
    } finally {
      ended.catch(() => {}); // it was answered first
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#goodTimer);
    const client = this.#client ?? (await this.#opening?.catch(() => undefined));
    await client?.close().catch(() => {});
  }

  #failure(error: unknown, client: Client, tool: string): CallOutcome | "forgotten" {
    const { name } = this.server;
    const code = codeOf(error);
    // Streamable HTTP, "Session Management": 404 says that the session is gone.
    if (error instanceof SdkHttpError && error.status === 404 && this.#client === client) return "forgotten";
    if (code === "REQUEST_TIMEOUT")
      return failed(
        `${tool} did not answer within ${this.server.timeoutMs / 1000} s. Try something smaller, or go on.`,
      );
    // An answer of the server's own, such as invalid arguments: its words are for the model.
    if (typeof code === "number") return failed(messageOf(error).slice(0, 4_000));
    if (this.#client === client) void client.close().catch(() => {});
    this.#lost(messageOf(error));
    return failed(`The server ${name} went away during the call; whether ${tool} was carried out is not known.`);
  }

  /** Returns the client once it is connected. Rejects when it is not soon. */
  async #ready(signal: AbortSignal): Promise<Client> {
    if (this.#client !== undefined) return this.#client;
    // A call is a reason to try at once rather than after the pause.
    const opening = this.#opening ?? this.#connect();
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error("late")), WAIT_MS);
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      return await Promise.race([opening, late]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  }

  #connect(): Promise<Client> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#opening = this.#attempt().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #attempt(): Promise<Client> {
    const { name, kind } = this.server;
    const client = new Client(
      { name: "yeoul", version: "0.1.0" },
      {
        jsonSchemaValidator: ACCEPT_ANY,
        // A program's first revision is tried first: asking it for another costs a second program.
        ...(kind === "http" && { versionNegotiation: { mode: "auto", probe: { timeoutMs: CONNECT_MS } } }),
        listChanged: {
          tools: { onChanged: (_error, tools) => void (this.#client === client && tools && this.#list(tools)) },
        },
      },
    );
    let transport: Transport | undefined;
    try {
      transport = transportTo(this.server, (line) => this.post({ type: "stderr", server: name, line }));
      await client.connect(transport, { timeout: CONNECT_MS });
      const { tools } = await client.listTools(undefined, { timeout: CONNECT_MS });
      if (this.#isClosed) throw new Error("closed");
      client.onclose = () => {
        if (this.#client === client) this.#lost("it ended the connection");
      };
      this.#client = client;
      this.#goodTimer = setTimeout(() => {
        this.#pauseMs = FIRST_PAUSE_MS;
      }, GOOD_MS);
      this.#list(tools);
      return client;
    } catch (error) {
      await client.close().catch(() => {});
      await transport?.close().catch(() => {});
      this.#lost(whyNot(error));
      throw error;
    }
  }

  #list(tools: readonly ServerTool[]): void {
    const { usable, unusable } = listedTools(tools);
    for (const { tool, why } of unusable) this.post({ type: "unusable", server: this.server.name, tool, why });
    this.post({ type: "listed", server: this.server.name, tools: usable });
  }

  #lost(why: string): void {
    this.#client = undefined;
    clearTimeout(this.#goodTimer);
    if (this.#isClosed || this.#timer !== undefined) return;
    this.#why = why.slice(0, 300);
    this.post({ type: "away", server: this.server.name, why: this.#why });
    this.#timer = setTimeout(() => this.open(), this.#pauseMs);
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
  }
}

const failed = (message: string): CallOutcome => ({ isError: true, message });

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown } | null)?.code;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : "it failed");

const whyNot = (error: unknown): string => {
  const code = codeOf(error);
  if (code === "ENOENT") return "its command does not exist: check command and PATH";
  if (code === "EACCES") return "its command may not be executed";
  if (code === "REQUEST_TIMEOUT") return `it did not answer initialize within ${CONNECT_MS / 1000} s`;
  return messageOf(error);
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
