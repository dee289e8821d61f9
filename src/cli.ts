import { parseArgs } from "node:util";
import { Environment } from "./config/environment.ts";
import type { Variable } from "./config/variable.ts";

const COMMANDS = {
  serve: "Start the service. This is the default command.",
  init: "Write example agents into DIR, by default AGENTS_DIR, then exit. Overwrites nothing.",
  migrate: "Apply pending database migrations, then exit.",
  reindex: "Rebuild outdated search terms, embed documents that have no vectors of EMBEDDING_MODEL, then exit.",
  check: "Test the configuration, the database and the models, then exit.",
  licenses: "Print the licenses of all software in this executable, then exit.",
} as const;

/** What may follow a command. */
const ARGUMENTS: Readonly<Record<string, string>> = { init: "[DIR]" };

const OPTIONS = {
  "--workers N":
    "With serve: processes that share the port, or auto for as many as there are cores. Overrides WORKERS.",
  "--help": "Print this help.",
  "--version": "Print the version.",
} as const;

type Command = keyof typeof COMMANDS | "help" | "version";

interface CommandLine {
  readonly command: Command;
  /** The folder that `init` is given. */
  readonly dir?: string;
  /** What `serve` is given as WORKERS, not checked yet. */
  readonly workers?: string;
}

/** Parses `argv` without the executable. `error` completes "yeoul: …". Never throws. */
export const parseCli = (argv: readonly string[]): CommandLine | { readonly error: string } => {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: {
        help: { type: "boolean", short: "h" },
        version: { type: "boolean", short: "v" },
        workers: { type: "string" },
      },
      allowPositionals: true,
    });
    // Both as an unset variable of a shell leaves them: the one would count as not given, the other as this folder.
    if (values.workers?.trim() === "") return { error: NEEDS_NUMBER };
    if (positionals.slice(1).some((text) => text.trim() === ""))
      return { error: "an argument is empty; see yeoul --help" };
    if (values.help) return { command: "help" };
    if (values.version) return { command: "version" };
    const [command = "serve", ...more] = positionals;
    const [dir, ...others] = more;
    if (command === "init" && others.length === 0) return { command, ...(dir !== undefined && { dir }) };
    const { workers } = values;
    if (workers !== undefined && command !== "serve") return { error: "--workers belongs to serve; see yeoul --help" };
    if (more.length > 0) return { error: "expected one command; see yeoul --help" };
    if (isCommand(command) || command === "help" || command === "version")
      return { command, ...(workers !== undefined && { workers }) };
    return { error: `unknown command ${shown(command)}; see yeoul --help` };
  } catch {
    if (argv.includes("--workers")) return { error: NEEDS_NUMBER };
    const option = argv.find((text) => text.startsWith("-") && !KNOWN_OPTION.test(text)) ?? "";
    // The value of an option may be a secret.
    return { error: `unknown option ${shown(option.split("=", 1)[0] ?? "")}; see yeoul --help` };
  }
};

const NEEDS_NUMBER = "--workers needs a number, or auto; see yeoul --help";
const KNOWN_OPTION = /^(--help|--version|--workers(=.*)?|-[hv]+)$/s;
const MAX_SHOWN = 60;

/** What was typed, in quotes: bounded, and without characters that a terminal would obey. */
const shown = (text: string): string => `"${[...text.replace(/\p{C}/gu, "?")].slice(0, MAX_SHOWN).join("")}"`;

const isCommand = (text: string): text is keyof typeof COMMANDS => Object.hasOwn(COMMANDS, text);

/** Returns the text of `yeoul --help`. */
export const helpText = (): string =>
  [
    "Yeoul turns a language-model agent into a durable stream.",
    "",
    "Usage: yeoul [command]",
    "",
    ...Object.entries(COMMANDS).map(([name, meaning]) => `  ${[name, ARGUMENTS[name]].join(" ").padEnd(13)}${meaning}`),
    ...Object.entries(OPTIONS).map(([name, meaning]) => `  ${name.padEnd(13)}${meaning}`),
    "",
    "Environment variables (also read from a file .env):",
    "",
    ...Object.entries(Environment.properties).flatMap(([name, form]) => describe(name, form)),
  ].join("\n");

const describe = (name: string, form: Variable): readonly string[] => [
  `  ${name}${form.default === undefined ? "" : `=${form.default}`}`,
  ...[form.description, `Allowed: ${form.allowed}.`].flatMap(wrapped),
];

/** The assumed width of a terminal, in characters. */
const COLUMNS = 120;
const INDENT = "      ";

/** Breaks a text at spaces into indented lines that fit a terminal. */
const wrapped = (text: string): readonly string[] => {
  const lines: string[] = [];
  let line = INDENT;
  for (const word of text.split(" ")) {
    if (line !== INDENT && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = INDENT;
    }
    line += line === INDENT ? word : ` ${word}`;
  }
  return [...lines, line];
};
