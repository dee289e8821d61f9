import { isIPv4 } from "node:net";
import type { ModelSpec } from "../models/spec.ts";
import type { Environment, VariableName } from "./environment.ts";

/** `name` is the variable to mend, `message` completes it to a sentence and never holds a variable's value. */
export interface Mistake {
  readonly name: VariableName;
  readonly message: string;
}

/** What ties variables together. `sound` holds those that are right by themselves, so that all mistakes come at once. */
export const brokenRules = (sound: Partial<Environment>, wrong: ReadonlySet<VariableName>): readonly Mistake[] =>
  [...missingForModels(sound), ...openDoor(sound, wrong)].filter(({ name }) => !wrong.has(name));

const NEEDED = {
  builtin: null,
  openai: "OPENAI_API_KEY",
  anthropic: "ANTHROPIC_API_KEY",
  google: "GOOGLE_GENERATIVE_AI_API_KEY",
  compatible: "MODEL_BASE_URL",
} as const;

const missingForModels = (sound: Partial<Environment>): readonly Mistake[] =>
  [
    ...wants("MODEL", sound.MODEL ?? [], sound),
    ...wants("EMBEDDING_MODEL", sound.EMBEDDING_MODEL ? [sound.EMBEDDING_MODEL] : [], sound),
  ].filter(({ name }, at, all) => all.findIndex((other) => other.name === name) === at);

const wants = (variable: VariableName, specs: readonly ModelSpec[], sound: Partial<Environment>): readonly Mistake[] =>
  [...new Set(specs.map(({ provider }) => provider))].flatMap((provider) => {
    const name = NEEDED[provider];
    return name && sound[name] === undefined
      ? [{ name, message: `must be set, because ${variable} names ${provider}` }]
      : [];
  });

/** An open door to a paid model must be asked for. */
const openDoor = (
  { HOST, AUTH, AUTH_TOKEN }: Partial<Environment>,
  wrong: ReadonlySet<VariableName>,
): readonly Mistake[] => {
  if (HOST === undefined || isLoopback(HOST) || AUTH === "none" || wrong.has("AUTH") || AUTH_TOKEN !== undefined)
    return [];
  return [{ name: "AUTH_TOKEN", message: "must be set, because HOST is not loopback; AUTH=none serves everybody" }];
};

const isLoopback = (host: string): boolean =>
  host.toLowerCase() === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
