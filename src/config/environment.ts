import { type Static, Type } from "@sinclair/typebox";
import {
  EMBEDDING_FORMS,
  EmbeddingSpec,
  MODEL_FORMS,
  ModelSpec,
  parseEmbeddingSpec,
  parseModelSpecs,
  validModelSpecs,
} from "../models/spec.ts";
import { databaseUrl } from "./database-url.ts";
import { identityVariables } from "./identity.ts";
import { providerVariables } from "./providers.ts";
import { choice, days, duration, integer, text, variable } from "./variable.ts";

/**
 * Every variable that Yeoul reads: the single source of the allowed values, of `--help` and of the types behind
 * `Config`. Rules that span several variables are in `rules.ts`.
 */
export const Environment = Type.Object({
  HOST: text("^[A-Za-z0-9._:%-]{1,255}$", "a host name or an IP address", {
    description:
      "Address to listen on. An address other than loopback requires AUTH_TOKEN, JWT_SECRET, JWKS_URL or AUTH=none.",
    default: "127.0.0.1",
  }),
  PORT: integer(0, 65_535, { description: "Port to listen on. 0 picks a free port and prints it.", default: "8011" }),
  ...identityVariables,
  CORS_ORIGINS: Type.Optional(
    variable(Type.Array(Type.String()), {
      description: "Origins whose pages may call the API, separated by commas.",
      allowed: "* or origins such as https://example.com, with no path, separated by commas",
      read: parseOrigins,
    }),
  ),
  COMPRESS_STREAMS: choice(["on", "off"], {
    description:
      "`on` gzips the streams of clients that accept it: a fifth of the bytes, at about 20 µs of CPU time per frame.",
    default: "off",
  }),
  DATABASE_URL: Type.Optional(
    databaseUrl({ description: "URL of the Postgres database. Unset: an embedded database in DATA_DIR." }),
  ),
  DATABASE_SCHEMA: Type.Optional(
    text(
      "^(?!pg_|information_schema$)[a-z_][a-z0-9_]{0,62}$",
      "1 to 63 lower-case letters, digits and _, starting with neither a digit nor pg_",
      {
        description:
          "Schema of the tables, created if missing. Unset: public if the tables are there already, otherwise yeoul.",
      },
    ),
  ),
  DATABASE_POOL: integer(8, 1_000, {
    description: "The most connections to Postgres of one process. Each of WORKERS is a process.",
    default: "14",
  }),
  DATA_DIR: text("^[^\\0]+$", "a path", {
    description: "Folder of the embedded database. Only one process may use it at a time.",
    default: "./data",
  }),
  EMBEDDED_FSYNC: choice(["on", "off"], {
    description:
      "`off` saves a few milliseconds per write; the embedded database may then lose its last writes in a power cut.",
    default: "on",
  }),
  MODEL: variable(Type.Array(ModelSpec, { minItems: 1 }), {
    description: "The model, or several separated by commas: if one fails, the next is tried.",
    allowed: `${MODEL_FORMS}, or several of them separated by commas`,
    default: "builtin",
    read: parseModelSpecs,
    mistake: (text) => `${MODEL_FORMS}, or several of them separated by commas${wrongEntry(text)}`,
    validPart: validModelSpecs,
  }),
  EMBEDDING_MODEL: variable(EmbeddingSpec, {
    description: "The model that embeds documents for search. After changing it, run yeoul reindex.",
    allowed: EMBEDDING_FORMS,
    default: "builtin",
    read: parseEmbeddingSpec,
  }),
  ...providerVariables,
  RUN_TIMEOUT: duration("10ms", "24h", {
    description: "A run that takes longer is ended as a failure.",
    default: "5m",
  }),
  APPROVAL_TIMEOUT: duration("10ms", "8760h", {
    description: "How long a run waits for a person's word on a tool call. Then it ends as cancelled.",
    default: "24h",
  }),
  CHAT_TIMEOUT: duration("10ms", "24h", { description: "The same for a run of /api/chat.", default: "60s" }),
  HEARTBEAT_INTERVAL: duration("10ms", "1h", {
    description: "A stream that is idle for this long sends a comment frame, so that proxies keep it open.",
    default: "10s",
  }),
  DRAIN_TIMEOUT: duration("10ms", "1h", {
    description: "How long a stopping process waits for its runs before it hands them over.",
    default: "30s",
  }),
  RECONNECT_SPREAD: duration("0ms", "10m", {
    description: "The readers of a stopping process are told to come back within this time, each at a random moment.",
    default: "5s",
  }),
  LEASE_TTL: duration("500ms", "10m", {
    description:
      "With Postgres: how long after a process dies or loses the database the other processes take its runs.",
    default: "10s",
  }),
  TAKEOVER: choice(["on", "off"], {
    description:
      "Whether a run that has lost its process goes on elsewhere or after a restart. Off: it ends as interrupted.",
    default: "on",
  }),
  MAX_ATTEMPTS: integer(1, 100, {
    description: "How many attempts a run may have whose processes die; after the last it ends as interrupted.",
    default: "3",
  }),
  EVENT_RETENTION: days({
    description: "Days after a run's end after which its events go and its messages stay; off keeps all events.",
    default: "off",
  }),
  THREAD_RETENTION: days({
    description: "Days without a write after which a thread is deleted; off keeps all threads.",
    default: "off",
  }),
  MAX_RUNS: integer(1, 100_000, { description: "Maximum number of unfinished runs in this process.", default: "2000" }),
  MAX_RUNS_PER_USER: integer(1, 100_000, { description: "The same for one user.", default: "100" }),
  WORKER_THREADS: Type.Optional(
    integer(1, 64, {
      description: "Threads for reading files, and as many again for tools. Unset: the number of cores, from 2 to 4.",
    }),
  ),
  AGENTS_DIR: text("^[^\\0]+$", "a path", {
    description: "Folder of your own agents. A missing one is an empty one. SIGHUP reads it again.",
    default: "./agents",
  }),
  HISTORY_TOKENS: integer(0, 10_000_000, {
    description: "How much of a thread's history is sent to the model, in estimated tokens.",
    default: "8000",
  }),
  WORKERS: variable(Type.Union([Type.Integer({ minimum: 1, maximum: 256 }), Type.Literal("auto")]), {
    description:
      "Processes on one port, or auto: as many as there are cores. More than 1 requires DATABASE_URL and Linux.",
    allowed: "a whole number from 1 to 256, or auto",
    default: "1",
    read: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : text),
  }),
  LOCALE: choice(["en", "ko"], {
    description: "Language of messages to users when neither the request nor the question determines it.",
    default: "en",
  }),
  LOG_LEVEL: choice(["fatal", "error", "warn", "info", "debug", "trace", "silent"], {
    description: "Lowest level that is logged, to stderr.",
    default: "info",
  }),
});
export type Environment = Static<typeof Environment>;

const MAX_SHOWN = 60;
/** Forms that a key pasted by mistake does not have: a provider and an id, or a short name. */
const SHOWABLE = /^[a-z]{1,20}:[\x21-\x7e]*$|^[\x21-\x7e]{1,20}$/i;

/** Names the first entry of a list of models that is none. */
function wrongEntry(text: string): string {
  const entries = text.split(",").map((item) => item.trim());
  const at = entries.findIndex((entry) => parseModelSpecs(entry) === null);
  const entry = entries[at] ?? "";
  if (entry === "") return `; entry ${at + 1} of ${entries.length} is empty`;
  const shown = SHOWABLE.test(entry) ? `: "${entry.slice(0, MAX_SHOWN)}"` : " (not shown, because it may be a secret)";
  return `; entry ${at + 1} of ${entries.length} is not${shown}`;
}

/** Returns the origins in the form that browsers send (`origin` of the URL standard), so that they compare as text. */
function parseOrigins(text: string): readonly string[] | null {
  const origins = text.split(",").map((item) => parseOrigin(item.trim()));
  return origins.every((origin) => origin !== null) ? origins : null;
}

function parseOrigin(text: string): string | null {
  if (text === "*") return text;
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#@\\\s]+$/i.test(text) || !URL.canParse(text)) return null;
  const { origin } = new URL(text);
  return origin === "null" ? text.toLowerCase() : origin; // an app's own scheme, such as capacitor://localhost
}
