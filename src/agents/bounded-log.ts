import type { AgentLog } from "./context.ts";
import type { AgentLogger, AgentPlace } from "./logger.ts";

type Level = keyof AgentLog;

/** How many lines one node may log. */
const MAX_LINES = 1_000;
/** Of a line's message, and of its data as JSON, in UTF-16 units. */
const MAX_MESSAGE = 2_000;
const MAX_DATA = 16 * 1024;

/**
 * What one node of an agent logs, in bounds: a loop that never ends would fill the operator's disk. Methods may be used
 * by themselves.
 */
export class BoundedLog implements AgentLog {
  #left = MAX_LINES;

  constructor(
    private readonly logger: Pick<AgentLogger, "logged" | "isLogged">,
    private readonly place: AgentPlace,
  ) {}

  readonly debug = (message: string, data?: object): void => this.#log("debug", message, data);
  readonly info = (message: string, data?: object): void => this.#log("info", message, data);
  readonly warn = (message: string, data?: object): void => this.#log("warn", message, data);
  readonly error = (message: string, data?: object): void => this.#log("error", message, data);

  #log(level: Level, message: string, data: object | undefined): void {
    if (this.#left === 0 || !this.logger.isLogged(level)) return;
    this.#left -= 1;
    if (this.#left === 0) {
      const words = `this node logs no more: it has written ${MAX_LINES - 1} lines`;
      this.logger.logged("warn", this.place, words, undefined);
      return;
    }
    this.logger.logged(level, this.place, shortened(message), data === undefined ? undefined : bounded(data));
  }
}

/** Code agents may be JavaScript, so that a message may be anything. */
const shortened = (message: unknown): string => {
  const text = typeof message === "string" ? message : typeof message;
  return text.length <= MAX_MESSAGE ? text : `${text.slice(0, MAX_MESSAGE).toWellFormed()}…`;
};

/** The data, or what is said in its place when it is too long or no JSON. */
const bounded = (data: object): object => {
  let json: string | undefined;
  try {
    json = JSON.stringify(data);
  } catch {
    return { left_out: "data that is no JSON" };
  }
  if (json === undefined) return { left_out: "data that is no JSON" };
  return json.length <= MAX_DATA ? data : { left_out: `data of more than ${MAX_DATA} characters` };
};
