import { Value } from "@sinclair/typebox/value";
import { Environment } from "./config/environment.ts";
import { providerSecrets, providerSettings } from "./config/providers.ts";
import { brokenRules, type Mistake } from "./config/rules.ts";
import type { Variable } from "./config/variable.ts";
import type { IdentitySettings } from "./domain/identity.ts";
import type { Rate } from "./domain/rate.ts";
import type { Locale } from "./domain/run.ts";
import type { Settings } from "./models/providers/contract.ts";
import type { EmbeddingSpec, ModelSpec } from "./models/spec.ts";

/** All that an operator decides. Deeply frozen. Durations are in milliseconds. Holds secrets: never log it. */
export interface Config {
  readonly host: string;
  /** 0: whichever is free. */
  readonly port: number;
  readonly identity: IdentitySettings;
  /** Of one user, counted in the store. Null: no limit. */
  readonly ratePerUser: Rate | null;
  readonly tokensPerUser: Rate | null;
  /** As browsers send them; `*` is any. */
  readonly corsOrigins: readonly string[];
  /** Whether a stream is gzipped for a client that accepts it. */
  readonly compressStreams: boolean;
  readonly database: // `schema`: where the tables are to stand; null leaves it to what is there.
    | { readonly kind: "postgres"; readonly url: string; readonly schema: string | null }
    | { readonly kind: "embedded"; readonly dataDir: string; readonly fsync: boolean; readonly schema: string | null };
  /** At least one, in the order they are tried. Each has what its provider requires in `providers`. */
  readonly models: readonly ModelSpec[];
  /** What documents are embedded with; its provider has what it requires as well. */
  readonly embedding: EmbeddingSpec;
  /** What is set of each provider's variables, by the provider's name; one of which nothing is set is left out. */
  readonly providers: Readonly<Record<string, Settings>>;
  /** Whether the environment names a proxy, which then stands between here and the models. */
  readonly isProxied: boolean;
  readonly runTimeoutMs: number;
  readonly chatTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly drainTimeoutMs: number;
  readonly leaseTtlMs: number;
  readonly maxRuns: number;
  readonly maxRunsPerUser: number;
  /** Null: as the machine has cores. */
  readonly workerThreads: number | null;
  readonly historyTokens: number;
  readonly locale: Locale;
  readonly logLevel: Environment["LOG_LEVEL"];
}

type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

/**
 * Reads the variables that `Environment` lists, and whether a proxy is named. Surrounding white space is dropped (a secret
 * from a file often ends in a newline), and an empty text counts as unset. Never throws.
 */
export const readConfig = (env: Readonly<Record<string, string | undefined>>): ConfigResult => {
  const forms: readonly (readonly [string, Variable])[] = Object.entries(Environment.properties);
  const values = Object.fromEntries(forms.flatMap(([name, form]) => readVariable(name, form, env[name])));
  const wrong = new Set([...Value.Errors(Environment, values)].map(({ path }) => path.split("/")[1] ?? ""));
  const sound = Object.fromEntries(Object.entries(values).filter(([name]) => !wrong.has(name)));
  const mistakes = [
    ...forms.flatMap(([name, { allowed }]) => (wrong.has(name) ? [{ name, message: `must be ${allowed}` }] : [])),
    ...brokenRules(sound, wrong),
  ];
  return mistakes.length > 0
    ? { ok: false, mistakes }
    : { ok: true, config: deepFreeze(toConfig(sound as Environment, namesProxy(env))) };
};

/** Whether one of the names is set by which `fetch` and most programs know their proxies. */
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
      : { kind: "postgres", url: env.DATABASE_URL }),
  },
  models: env.MODEL,
  embedding: env.EMBEDDING_MODEL,
  providers: providerSettings(env),
  isProxied,
  runTimeoutMs: env.RUN_TIMEOUT,
  chatTimeoutMs: env.CHAT_TIMEOUT,
  heartbeatMs: env.HEARTBEAT_INTERVAL,
  drainTimeoutMs: env.DRAIN_TIMEOUT,
  leaseTtlMs: env.LEASE_TTL,
  maxRuns: env.MAX_RUNS,
  maxRunsPerUser: env.MAX_RUNS_PER_USER,
  workerThreads: env.WORKER_THREADS ?? null,
  historyTokens: env.HISTORY_TOKENS,
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

/** What no log line may hold, whoever quotes it: keys, tokens, what tokens are signed with, the database's password. */
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
