import { resolve } from "node:path";
import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import { parseDuration } from "../../domain/duration.ts";
import type { FileMistake } from "../../domain/file-mistake.ts";
import { substitute, type Variables } from "../../domain/substitute.ts";
import type { McpServerConfig } from "./server-config.ts";

/** The most time that a call may take unless the file says otherwise. */
const TIMEOUT_MS = 60_000;
const MAX_SERVERS = 64;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

const text = (description: string) => Type.String({ minLength: 1, description });
const texts = Type.Record(Type.String(), Type.String(), { description: "an object of texts" });

/** One server, as desktop clients write it. Each description completes "must be …". */
const fields = {
  command: text("the program to start"),
  args: Type.Array(Type.String(), { description: "a list of texts" }),
  env: texts,
  cwd: text("a folder"),
  url: Type.String({ pattern: "^https?://[^#]+$", description: "an http(s) URL without a fragment" }),
  headers: texts,
  timeout: Type.Union(
    [Type.Integer({ minimum: 100, maximum: 86_400_000 }), Type.String({ pattern: "^\\d{1,9}(ms|s|m|h)$" })],
    {
      description: "a duration such as 30s, or milliseconds from 100",
    },
  ),
  type: Type.Union(
    ["stdio", "http", "streamable-http", "streamableHttp"].map((type) => Type.Literal(type)),
    {
      description: "stdio or http; SSE of the first revisions is not supported",
    },
  ),
} as const satisfies Record<string, TSchema>;

type Entry = { readonly [K in keyof typeof fields]?: Static<(typeof fields)[K]> };

export interface McpFile {
  /** The names of all servers, those with mistakes included. */
  readonly names: readonly string[];
  readonly servers: readonly McpServerConfig[];
  /** In the order of the file. With any, `servers` is incomplete. */
  readonly mistakes: readonly FileMistake[];
  /** Texts that hold values of the environment, and must not appear in a log line. */
  readonly secrets: readonly string[];
}

/**
 * Reads `mcp.json`. Never throws: whatever is wrong is a mistake with its line and field. `path` is the file's; relative
 * folders, and programs' working directories by default, are those of its own folder.
 */
export const readMcpFile = (source: string, path: string, variables: Variables): McpFile => {
  const lines = new LineCounter();
  // JSON is YAML; this parser keeps the line of every field.
  const document = parseDocument(source, { lineCounter: lines, uniqueKeys: true, schema: "json" });
  const reader = new Reader(path, variables, (keys) => lineOf(document, lines, keys));
  try {
    return reader.read(JSON.parse(source));
  } catch {
    const [error] = document.errors;
    return reader.fail(error === undefined ? 1 : lines.linePos(error.pos[0]).line, "is no JSON");
  }
};

/** The line of the field at `keys`, or of the innermost object that is there. */
const lineOf = (document: ReturnType<typeof parseDocument>, lines: LineCounter, keys: readonly string[]): number => {
  let node: unknown = document.contents;
  let line = 1;
  for (const key of keys) {
    const pair = isMap(node) ? node.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
    if (pair === undefined || !isScalar(pair.key)) break;
    line = lines.linePos(pair.key.range?.[0] ?? 0).line;
    node = pair.value;
  }
  return line;
};

class Reader {
  readonly #mistakes: FileMistake[] = [];
  readonly #secrets: string[] = [];
  readonly #names: string[] = [];

  constructor(
    private readonly path: string,
    private readonly variables: Variables,
    private readonly line: (keys: readonly string[]) => number,
  ) {}

  fail(line: number, message: string): McpFile {
    return { names: [], servers: [], secrets: [], mistakes: [{ file: this.path, line, field: null, message }] };
  }

  read(value: unknown): McpFile {
    if (!isObject(value)) return this.fail(1, 'must be a JSON object: {"mcpServers": {…}}');
    for (const key of Object.keys(value)) {
      if (key !== "mcpServers") this.#mistake([key], "is not known: the file holds mcpServers alone");
    }
    const entries = value.mcpServers ?? {};
    if (!isObject(entries)) return this.#done([], ["mcpServers"], "must be an object of servers by name");
    if (Object.keys(entries).length > MAX_SERVERS)
      return this.#done([], ["mcpServers"], `must have at most ${MAX_SERVERS} servers`);
    this.#names.push(...Object.keys(entries));
    return this.#done(Object.entries(entries).flatMap(([name, entry]) => this.#server(name, entry)));
  }

  #done(servers: readonly McpServerConfig[], keys?: readonly string[], message?: string): McpFile {
    if (keys !== undefined && message !== undefined) this.#mistake(keys, message);
    return { names: this.#names, servers, mistakes: this.#mistakes, secrets: this.#secrets };
  }

  #server(name: string, given: unknown): readonly McpServerConfig[] {
    const at = ["mcpServers", name];
    const before = this.#mistakes.length;
    if (!NAME.test(name)) this.#mistake(at, "must be named by letters, digits, - and _ alone, at most 63");
    if (!isObject(given)) {
      this.#mistake(at, "must be an object with a command or a url");
      return [];
    }
    const entry = this.#substituted(given, at) as Entry;
    this.#check(entry, at);
    if (this.#mistakes.length > before) return [];
    const timeoutMs = timeoutOf(entry.timeout);
    const { command, args = [], env = {}, cwd = ".", url, headers = {} } = entry;
    if (url !== undefined) return [{ kind: "http", name, url, headers, timeoutMs }];
    const folder = resolve(this.path, "..", cwd);
    return [{ kind: "stdio", name, command: command ?? "", args, env, cwd: folder, timeoutMs }];
  }

  #check(entry: Entry, at: readonly string[]): void {
    for (const [key, value] of Object.entries(entry)) {
      const schema = Object.hasOwn(fields, key) ? fields[key as keyof typeof fields] : undefined;
      if (schema === undefined)
        this.#mistake([...at, key], `is not known; there are ${Object.keys(fields).join(", ")}`);
      else if (!Value.Check(schema, value)) this.#mistake([...at, key], `must be ${schema.description}`);
    }
    if ((entry.command === undefined) === (entry.url === undefined))
      this.#mistake(at, "must have either a command (a program to start) or a url (a server to reach)");
    const strangers = entry.url === undefined ? (["headers"] as const) : (["args", "env", "cwd"] as const);
    for (const key of strangers) {
      if (entry[key] !== undefined)
        this.#mistake([...at, key], `belongs to a server with a ${entry.url === undefined ? "url" : "command"}`);
    }
  }

  /** Fills in the variables of all texts, at any depth. */
  #substituted(value: unknown, at: readonly string[]): unknown {
    if (typeof value === "string") {
      const { text, isChanged, mistakes } = substitute(value, this.variables);
      for (const message of mistakes) this.#mistake(at, message);
      if (isChanged) this.#secrets.push(text);
      return text;
    }
    if (Array.isArray(value)) return value.map((item) => this.#substituted(item, at));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#substituted(item, [...at, key])]));
  }

  #mistake(keys: readonly string[], message: string): void {
    this.#mistakes.push({ file: this.path, line: this.line(keys), field: keys.join("."), message });
  }
}

const timeoutOf = (timeout: Entry["timeout"]): number =>
  (typeof timeout === "string" ? parseDuration(timeout) : timeout) ?? TIMEOUT_MS;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
