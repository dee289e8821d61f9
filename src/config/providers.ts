import { type TOptional, type TString, Type } from "@sinclair/typebox";
import type { ProviderVariable, Settings } from "../models/providers/contract.ts";
import { providers } from "../models/providers/index.ts";
import { secret, text, url, type Variable } from "./variable.ts";

const FORMS = {
  secret,
  url: (about: { readonly description: string }) => url(["http", "https"], about),
  name: (about: { readonly description: string }) =>
    text("^[\\w.-]{1,256}$", "a name of letters, digits, dots, hyphens and underscores", about),
  // Whether it is JSON is found where a model is opened, which says what it must contain.
  "secret-json": (about: { readonly description: string }) =>
    text("^[\\x20-\\x7e\\s]{1,16384}$", "1 to 16384 characters of JSON", about),
  text: (about: { readonly description: string }) => text("^[^\\x00-\\x1f\\x7f]{1,4096}$", "text", about),
} as const satisfies Record<ProviderVariable["holds"], unknown>;

type ProviderVariables = Readonly<Record<string, TOptional<Variable<TString>>>>;

/** The variables that model providers read. No type lists them: their names are known only at run time. */
export const providerVariables: ProviderVariables = Object.fromEntries(
  providers
    .flatMap(({ variables }) => Object.values(variables))
    .map(({ name, holds, description }) => [name, Type.Optional(FORMS[holds]({ description }))]),
);

/** Returns the settings of each provider, by the provider's name. Providers without any are absent. */
export const providerSettings = (values: Readonly<Record<string, unknown>>): Readonly<Record<string, Settings>> =>
  Object.fromEntries(
    providers
      .map(({ name, variables }) => {
        const all = Object.entries(variables).map(([setting, variable]) => [setting, values[variable.name]] as const);
        return [name, all.filter((pair): pair is [string, string] => typeof pair[1] === "string")] as const;
      })
      .flatMap(([name, set]) => (set.length === 0 ? [] : [[name, Object.fromEntries(set)] as const])),
  );

/** Returns the values that must not appear in any log line. */
export const providerSecrets = (settings: Readonly<Record<string, Settings>>): readonly string[] =>
  providers.flatMap(({ name, variables }) =>
    Object.entries(variables).flatMap(([setting, { holds }]) =>
      holds.startsWith("secret") ? [settings[name]?.[setting] ?? ""] : [],
    ),
  );
