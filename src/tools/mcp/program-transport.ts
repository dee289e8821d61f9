import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import {
  deserializeMessage,
  type JSONRPCMessage,
  serializeMessage,
  type Transport,
} from "@modelcontextprotocol/client";
import { getDefaultEnvironment } from "@modelcontextprotocol/client/stdio";
import { realSystem } from "../../domain/system.ts";
import { BoundedLines } from "./bounded-lines.ts";
import { LineJoiner } from "./line-joiner.ts";
import { MAX_MESSAGE_BYTES } from "./max-message.ts";
import type { StdioConfig } from "./server-config.ts";

/** How long a program may take to end by itself, and again after SIGTERM. */
const END_MS = 1_500;

/**
 * The stdio transport of MCP (https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#stdio): a
 * message a line. The SDK's own joins and searches all that has arrived with every chunk, so that a message of 50 MB
 * takes it many seconds.
 */
export class ProgramTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  #program: ChildProcessWithoutNullStreams | undefined;
  #delivered = Promise.resolve();
  readonly #printed: BoundedLines;

  constructor(
    private readonly server: StdioConfig,
    onStderr: (line: string) => void,
  ) {
    this.#printed = new BoundedLines(onStderr, () => realSystem.now());
  }

  /** Rejects with the system's error (`ENOENT` …) when the program cannot be started. */
  async start(): Promise<void> {
    const { command, args, env, cwd } = this.server;
    const program = spawn(command, args, { cwd, env: { ...getDefaultEnvironment(), ...env }, windowsHide: true });
    const started = Promise.withResolvers<void>();
    program.on("spawn", started.resolve);
    program.on("error", (error) => {
      started.reject(error);
      this.onerror?.(error);
    });
    program.on("close", () => {
      this.#program = undefined;
      this.onclose?.();
    });
    // A program that has ended refuses what is written to it; `close` reports its end.
    program.stdin.on("error", () => {});
    const lines = new LineJoiner(
      (line) => this.#receive(line),
      MAX_MESSAGE_BYTES,
      () => {
        this.#printed.push(
          `(a line on standard output is longer than ${MAX_MESSAGE_BYTES} bytes; the program is ended)\n`,
        );
        program.kill("SIGKILL");
      },
    );
    program.stdout.on("data", (chunk: Buffer) => lines.push(chunk));
    program.stderr.setEncoding("utf8").on("data", (text: string) => this.#printed.push(text));
    await started.promise;
    this.#program = program;
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (this.#program === undefined) throw new Error("the program has ended");
    this.#program.stdin.write(serializeMessage(message), (error) => (error ? reject(error) : resolve()));
    await promise;
  }

  /** Closes its standard input, and ends the program if it goes on. */
  async close(): Promise<void> {
    const program = this.#program;
    if (program === undefined) return;
    const ended = new Promise<true>((resolve) => program.once("close", () => resolve(true)));
    const within = (ms: number) =>
      Promise.race([ended, new Promise<false>((resolve) => setTimeout(resolve, ms, false))]);
    program.stdin.end();
    if (await within(END_MS)) return;
    program.kill("SIGTERM");
    if (await within(END_MS)) return;
    program.kill("SIGKILL");
  }

  /**
   * Messages that arrive in one piece are delivered one after another, with a turn of the microtasks between: the SDK
   * takes a notification in the next turn but an answer at once, and a call's progress after its answer is nobody's.
   */
  #receive(line: string): void {
    if (line.trim() === "") return;
    this.#delivered = this.#delivered.then(() => this.#deliver(line));
  }

  #deliver(line: string): void {
    try {
      this.onmessage?.(deserializeMessage(line));
    } catch {
      // Programs print to their standard output by mistake: a greeting, a warning.
      this.#printed.line(`(on standard output) ${line}`);
    }
  }
}
