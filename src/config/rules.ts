import { isLoopbackHost } from "../domain/host.ts";
import { missingVariables } from "../models/providers/contract.ts";
import { providerNamed } from "../models/providers/index.ts";
import type { ModelSpec } from "../models/spec.ts";
import type { Environment } from "./environment.ts";
import { providerSettings } from "./providers.ts";

/** `name` is the variable to fix. `message` completes it to a sentence and shows no secret. */
export interface Mistake {
  readonly name: string;
  readonly message: string;
}

/**
 * Checks the rules that span several variables. `sound` holds the valid ones, and the valid parts of others, so that all
 * mistakes are reported at once.
 */
export const brokenRules = (valid: Partial<Environment>, wrong: ReadonlySet<string>): readonly Mistake[] =>
  [
    ...missingForModels(valid),
    ...openDoor(valid, wrong),
    ...forgedHeader(valid, wrong),
    ...idleClaims(valid, wrong),
    ...sharedFiles(valid, wrong),
  ].filter(({ name }, at, all) => !wrong.has(name) && all.findIndex((other) => other.name === name) === at);

const missingForModels = (valid: Partial<Environment>): readonly Mistake[] =>
  [
    ...missingForSpecs("MODEL", valid.MODEL ?? [], valid),
    ...missingForSpecs("EMBEDDING_MODEL", valid.EMBEDDING_MODEL ? [valid.EMBEDDING_MODEL] : [], valid),
  ].filter(({ name }, at, all) => all.findIndex((other) => other.name === name) === at);

const missingForSpecs = (
  variable: string,
  specs: readonly ModelSpec[],
  valid: Partial<Environment>,
): readonly Mistake[] =>
  [...new Set(specs.map(({ provider }) => provider))].flatMap((provider) =>
    missingVariables(providerNamed(provider), providerSettings(valid)[provider]).map((name) => ({
      name,
      message: `must be set, because ${variable} names ${provider}`,
    })),
  );

const isSet = (env: Partial<Environment>, wrong: ReadonlySet<string>, name: keyof Environment): boolean =>
  env[name] !== undefined || wrong.has(name);

/** Serving without a credential spends the operator's money, so it requires an explicit setting. */
const openDoor = (env: Partial<Environment>, wrong: ReadonlySet<string>): readonly Mistake[] => {
  const isKnown = (name: keyof Environment) => isSet(env, wrong, name);
  if (env.HOST === undefined || isLoopbackHost(env.HOST)) return [];
  if ((["AUTH", "AUTH_TOKEN", "JWT_SECRET", "JWKS_URL"] as const).some(isKnown)) return [];
  const message =
    "must be set (or JWT_SECRET or JWKS_URL), because HOST is not loopback. AUTH=none serves anyone without a credential";
  return [{ name: "AUTH_TOKEN", message }];
};

/** Anyone who can reach the port could forge the trusted header. */
const forgedHeader = (env: Partial<Environment>, wrong: ReadonlySet<string>): readonly Mistake[] => {
  if (env.TRUST_USER_HEADER === undefined || env.HOST === undefined || isLoopbackHost(env.HOST)) return [];
  if (isSet(env, wrong, "AUTH_TOKEN")) return [];
  const message = "must be set, because HOST is not loopback and anyone who can reach it could forge TRUST_USER_HEADER";
  return [{ name: "AUTH_TOKEN", message }];
};

/**
 * Settings that restrict users' tokens although no user tokens are accepted: a sign that the operator expects them to
 * be.
 */
const idleClaims = (env: Partial<Environment>, wrong: ReadonlySet<string>): readonly Mistake[] => {
  if (isSet(env, wrong, "JWT_SECRET") || isSet(env, wrong, "JWKS_URL")) return [];
  const [idle] = (["JWT_ISSUER", "JWT_AUDIENCE", "JWT_USER_CLAIM"] as const).filter((name) => env[name] !== undefined);
  return idle ? [{ name: "JWT_SECRET", message: `must be set (or JWKS_URL), because ${idle} is set` }] : [];
};

/** The files of the embedded database belong to one process at a time. */
const sharedFiles = (env: Partial<Environment>, wrong: ReadonlySet<string>): readonly Mistake[] =>
  env.WORKERS === undefined || env.WORKERS === 1 || isSet(env, wrong, "DATABASE_URL")
    ? []
    : [
        {
          name: "DATABASE_URL",
          message: `must be set, because WORKERS is ${env.WORKERS} and the embedded database belongs to one process. Or set WORKERS=1`,
        },
      ];
