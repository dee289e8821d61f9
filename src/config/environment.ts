import { type Static, Type } from "@sinclair/typebox";
import {
  EMBEDDING_FORMS,
  EmbeddingSpec,
  MODEL_FORMS,
  ModelSpec,
  parseEmbeddingSpec,
  parseModelSpecs,
} from "../models/spec.ts";
import { identityVariables } from "./identity.ts";
import { providerVariables } from "./providers.ts";
import { choice, duration, integer, text, url, variable } from "./variable.ts";

/**
 * Every variable that Yeoul reads: the one source of what is allowed, of `--help`, and of the types behind `Config`.
 * Rules that tie variables together are in `rules.ts`.
 */
export const Environment = Type.Object({
  HOST: text("^[A-Za-z0-9._:%-]{1,255}$", "a host name or an IP address", {
    description:
      "Address to listen on. One that is not loopback wants AUTH_TOKEN, JWT_SECRET or JWKS_URL, or AUTH=none.",
    default: "127.0.0.1",
  }),
  PORT: integer(0, 65_535, { description: "Port to listen on; 0 picks a free one and prints it.", default: "8011" }),
  ...identityVariables,
  CORS_ORIGINS: Type.Optional(
    variable(Type.Array(Type.String()), {
      description: "Origins whose pages may call, separated by commas.",
      allowed: "* or origins such as https://example.com, with no path, separated by commas",
      read: parseOrigins,
    }),
  ),
  COMPRESS_STREAMS: choice(["on", "off"], {
    description: "`on` gzips the streams of clients that accept it: a fifth of the bytes for some 20 µs a frame.",
    default: "off",
  }),
  DATABASE_URL: Type.Optional(
    url(["postgres", "postgresql"], { description: "Postgres to keep everything in. Unset: embedded, in DATA_DIR." }),
  ),
  DATABASE_SCHEMA: Type.Optional(
    text(
      "^(?!pg_|information_schema$)[a-z_][a-z0-9_]{0,62}$",
      "1 to 63 lower-case letters, digits and _, with no digit at the beginning and no pg_",
      {
        description:
          "Schema that holds the tables; made if need be. Unset: public where they stand there already, or else yeoul.",
      },
    ),
  ),
  DATA_DIR: text("^[^\\0]+$", "a path", {
    description: "Folder of the embedded database; one process at a time.",
    default: "./data",
  }),
  EMBEDDED_FSYNC: choice(["on", "off"], {
    description:
      "`off` lets the embedded database lose its last writes in a power cut, and saves a few milliseconds for each.",
    default: "on",
  }),
  MODEL: variable(Type.Array(ModelSpec, { minItems: 1 }), {
    description: "The model; of several, separated by commas, the first that works.",
    allowed: `${MODEL_FORMS}, or several of them separated by commas`,
    default: "builtin",
    read: parseModelSpecs,
  }),
  EMBEDDING_MODEL: variable(EmbeddingSpec, {
    description: "What makes the vectors that documents are searched by. After a change: yeoul reindex.",
    allowed: EMBEDDING_FORMS,
    default: "builtin",
    read: parseEmbeddingSpec,
  }),
  ...providerVariables,
  RUN_TIMEOUT: duration("10ms", "24h", { description: "A run that takes longer is ended.", default: "5m" }),
  CHAT_TIMEOUT: duration("10ms", "24h", { description: "The same for a turn of /api/chat.", default: "60s" }),
  HEARTBEAT_INTERVAL: duration("10ms", "1h", {
    description: "A stream quiet for so long gets a comment frame, so that proxies keep it open.",
    default: "10s",
  }),
  DRAIN_TIMEOUT: duration("10ms", "1h", {
    description: "How long a stopping process lets its runs go on before it ends them.",
    default: "30s",
  }),
  LEASE_TTL: duration("500ms", "10m", {
    description: "With Postgres: how long after a process has died, or lost the database, the others end its runs.",
    default: "10s",
  }),
  MAX_RUNS: integer(1, 100_000, { description: "Unfinished runs of this process at once.", default: "2000" }),
  MAX_RUNS_PER_USER: integer(1, 100_000, { description: "The same, of one user.", default: "100" }),
  WORKER_THREADS: Type.Optional(
    integer(1, 64, {
      description: "Threads that read files, and as many that compute for tools. Unset: as many as cores, 2 to 4.",
    }),
  ),
  HISTORY_TOKENS: integer(0, 10_000_000, {
    description: "How much of a thread's past goes to the model, in tokens, estimated.",
    default: "8000",
  }),
  LOCALE: choice(["en", "ko"], {
    description: "Language of texts meant for people, when the question does not tell.",
    default: "en",
  }),
  LOG_LEVEL: choice(["fatal", "error", "warn", "info", "debug", "trace", "silent"], {
    description: "The least of what is logged, on stderr.",
    default: "info",
  }),
});
export type Environment = Static<typeof Environment>;

/** In the form browsers send (`origin` of the URL standard), so that they can be compared as they are. */
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
