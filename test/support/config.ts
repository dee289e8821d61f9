import { type Config, readConfig } from "../../src/config/read-config.ts";

/** The configuration of an environment without mistakes. */
export const configOf = (env: Readonly<Record<string, string>>): Config => {
  const result = readConfig(env);
  if (!result.ok) throw new Error(JSON.stringify(result.mistakes));
  return result.config;
};

/** The mistakes in an environment: a message by the variable's name. */
export const mistakesOf = (env: Readonly<Record<string, string>>): Record<string, string> => {
  const result = readConfig(env);
  return result.ok ? {} : Object.fromEntries(result.mistakes.map(({ name, message }) => [name, message]));
};
