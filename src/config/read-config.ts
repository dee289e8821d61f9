import { Value } from "@sinclair/typebox/value";
import type { IdentitySettings } from "../domain/identity.ts";
import type { Rate } from "../domain/rate.ts";
import type { Locale } from "../domain/run.ts";
import type { Settings } from "../models/providers/contract.ts";
import type { EmbeddingSpec, ModelSpec } from "../models/spec.ts";
import { Environment } from "./environment.ts";
import { providerSecrets, providerSettings } from "./providers.ts";
import { brokenRules, type Mistake } from "./rules.ts";
import type { Variable } from "./variable.ts";

/** The operator's settings. Deeply frozen. Durations are in milliseconds. Holds secrets: never log it. */
export interface Config {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly identity: IdentitySettings;
  /** Runs that one user may start, counted in the store. Null means no limit. */
  readonly ratePerUser: Rate | null;
  readonly tokensPerUser: Rate | null;
  /** As browsers send them; `*` allows any. */
  readonly corsOrigins: readonly string[];
  /** Whether a stream is gzipped for a client that accepts it. */
  readonly compressStreams: boolean;
  readonly database: // `schema`: the tables' schema; null chooses it by the tables that exist.
    | { readonly kind: "postgres"; readonly url: string; readonly schema: string | null; readonly pool: number }
    | { readonly kind: "embedded"; readonly dataDir: string; readonly fsync: boolean; readonly schema: string | null };
  /** At least one, in the order they are tried. `providers` holds the settings that each one's provider requires. */
  readonly models: readonly ModelSpec[];
  /** The model that embeds documents; `providers` holds its provider's required settings as well. */
  readonly embedding: EmbeddingSpec;
  /** The settings of each provider, by the provider's name. Providers without any are absent. */
  readonly providers: Readonly<Record<string, Settings>>;
  /** Whether the environment names a proxy, through which model calls then go. */
  readonly isProxied: boolean;
  readonly runTimeoutMs: number;
  readonly approvalTimeoutMs: number;
  readonly chatTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly drainTimeoutMs: number;
  readonly reconnectSpreadMs: number;
  readonly leaseTtlMs: number;
  readonly takesOver: boolean;
  readonly maxAttempts: number;
  /** How long the events of a run are kept that has ended. Null means for ever. */
  readonly eventRetentionMs: number | null;
  /** How long a thread is kept that nothing is written to. Null means for ever. */
  readonly threadRetentionMs: number | null;
  readonly maxRuns: number;
  readonly maxRunsPerUser: number;
  /** Null derives it from the number of cores. */
  readonly workerThreads: number | null;
  /** How many processes serve together; `auto`: as many as there are cores. 1 in an embedded database. */
  readonly workers: number | "auto";
  readonly historyTokens: number;
  /** The folder of the operator's own agents. */
  readonly agentsDir: string;
  readonly locale: Locale;
  readonly logLevel: Environment["LOG_LEVEL"];
}

type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

/**
 * Reads the variables that `Environment` lists, and whether a proxy is named. Trims white space (a secret from a file
 * often ends in a newline) and treats an empty value as unset. Never throws.
 */
export const readConfig = (env: Readonly<Record<string, string | undefined>>): ConfigResult => {
  const forms: readonly (readonly [string, Variable])[] = Object.entries(Environment.properties);
  const values = Object.fromEntries(forms.flatMap(([name, form]) => readVariable(name, form, env[name])));
  const wrong = new Set([...Value.Errors(Environment, values)].map(({ path }) => path.split("/")[1] ?? ""));
  const valid = Object.fromEntries(Object.entries(values).filter(([name]) => !wrong.has(name)));
  const refused = forms
    .filter(([name]) => wrong.has(name))
    .map(([name, form]) => ({ name, form, text: env[name]?.trim() ?? "" }));
  const validParts = Object.fromEntries(refused.map(({ name, form, text }) => [name, form.validPart?.(text)]));
  const mistakes = [
    ...refused.map(({ name, form, text }) => ({ name, message: `must be ${form.mistake?.(text) ?? form.allowed}` })),
    ...brokenRules({ ...valid, ...validParts }, wrong),
  ];
  return mistakes.length > 0
    ? { ok: false, mistakes }
    : { ok: true, config: deepFreeze(toConfig(valid as Environment, namesProxy(env))) };
};

/** Whether a variable is set from which `fetch` and most programs read their proxy. */
const namesProxy = (env: Readonly<Record<string, string | undefined>>): boolean =>
  ["http_proxy", "https_proxy"].some((name) => Boolean(env[name] || env[name.toUpperCase()]));

const readVariable = (
  name: string,
  form: Variable,
  given: string | undefined,
): readonly (readonly [string, unknown])[] => {
  const text = given?.trim() || form.default;
  return text === undefined ? [] : [[name, form.read(text)]];
};

const toConfig = (env: Environment, isProxied: boolean): Config => ({
  host: env.HOST,
  port: env.PORT,
  identity: identityOf(env),
  ratePerUser: env.RATE_LIMIT_PER_USER ?? null,
  tokensPerUser: env.TOKENS_PER_USER ?? null,
  corsOrigins: env.CORS_ORIGINS ?? [],
  compressStreams: env.COMPRESS_STREAMS === "on",
  database: {
    schema: env.DATABASE_SCHEMA ?? null,
    ...(env.DATABASE_URL === undefined
      ? { kind: "embedded", dataDir: env.DATA_DIR, fsync: env.EMBEDDED_FSYNC === "on" }
      : { kind: "postgres", url: env.DATABASE_URL, pool: env.DATABASE_POOL }),
  },
  models: env.MODEL,
  embedding: env.EMBEDDING_MODEL,
  providers: providerSettings(env),
  isProxied,
  runTimeoutMs: env.RUN_TIMEOUT,
  approvalTimeoutMs: env.APPROVAL_TIMEOUT,
  chatTimeoutMs: env.CHAT_TIMEOUT,
  heartbeatMs: env.HEARTBEAT_INTERVAL,
  drainTimeoutMs: env.DRAIN_TIMEOUT,
  reconnectSpreadMs: env.RECONNECT_SPREAD,
  leaseTtlMs: env.LEASE_TTL,
  takesOver: env.TAKEOVER === "on",
  maxAttempts: env.MAX_ATTEMPTS,
  eventRetentionMs: env.EVENT_RETENTION === 0 ? null : env.EVENT_RETENTION,
  threadRetentionMs: env.THREAD_RETENTION === 0 ? null : env.THREAD_RETENTION,
  maxRuns: env.MAX_RUNS,
  maxRunsPerUser: env.MAX_RUNS_PER_USER,
  workerThreads: env.WORKER_THREADS ?? null,
  workers: env.WORKERS,
  historyTokens: env.HISTORY_TOKENS,
  agentsDir: env.AGENTS_DIR,
  locale: env.LOCALE,
  logLevel: env.LOG_LEVEL,
});

const identityOf = (env: Environment): IdentitySettings => ({
  serviceTokens: env.AUTH_TOKEN ?? [],
  userTokens:
    env.JWT_SECRET === undefined && env.JWKS_URL === undefined
      ? null
      : {
          secret: env.JWT_SECRET ?? null,
          jwksUrl: env.JWKS_URL ?? null,
          issuer: env.JWT_ISSUER ?? null,
          audiences: env.JWT_AUDIENCE ?? [],
          userClaim: env.JWT_USER_CLAIM ?? "sub",
        },
  trustedHeader: env.TRUST_USER_HEADER?.toLowerCase() ?? null,
  accessTokenSecret: env.ACCESS_TOKEN_SECRET ?? null,
  host: env.HOST,
  allowedHosts: env.ALLOWED_HOSTS ?? [],
});

const deepFreeze = <T>(value: T): T => {
  if (value !== null && typeof value === "object") Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
};

/** The values that must not appear in any log line: keys, tokens, secrets that sign tokens, the database's password. */
export const secretsOf = ({ providers, identity, database }: Config): readonly string[] => {
  const { serviceTokens, userTokens, accessTokenSecret } = identity;
  const password = database.kind === "postgres" ? new URL(database.url).password : "";
  return [
    ...providerSecrets(providers),
    ...serviceTokens,
    userTokens?.secret ?? "",
    accessTokenSecret ?? "",
    password,
    percentDecoded(password),
  ].filter((secret) => secret !== "");
};

const percentDecoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
