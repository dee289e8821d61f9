import { type TOptional, type TString, Type } from "@sinclair/typebox";
import type { ProviderVariable, Settings } from "../models/providers/contract.ts";
import { providers } from "../models/providers/index.ts";
import { secret, text, url, type Variable } from "./variable.ts";

const FORMS = {
  secret,
  url: (about: { readonly description: string }) => url(["http", "https"], about),
  text: (about: { readonly description: string }) => text("^[^\\x00-\\x1f\\x7f]{1,4096}$", "text", about),
} as const satisfies Record<ProviderVariable["holds"], unknown>;

type ProviderVariables = Readonly<Record<string, TOptional<Variable<TString>>>>;

/** The variables that model providers read. Their names are known at run time alone, so no type lists them. */
export const providerVariables: ProviderVariables = Object.fromEntries(
  providers
    .flatMap(({ variables }) => Object.values(variables))
    .map(({ name, holds, description }) => [name, Type.Optional(FORMS[holds]({ description }))]),
);

/** What is set of each provider's variables, by the provider's name; one of which nothing is set is left out. */
export const providerSettings = (values: Readonly<Record<string, unknown>>): Readonly<Record<string, Settings>> =>
  Object.fromEntries(
    providers
      .map(({ name, variables }) => {
        const all = Object.entries(variables).map(([setting, variable]) => [setting, values[variable.name]] as const);
        return [name, all.filter((pair): pair is [string, string] => typeof pair[1] === "string")] as const;
      })
      .flatMap(([name, set]) => (set.length === 0 ? [] : [[name, Object.fromEntries(set)] as const])),
  );

/** The values that no log line may hold. */
export const providerSecrets = (settings: Readonly<Record<string, Settings>>): readonly string[] =>
  providers.flatMap(({ name, variables }) =>
    Object.entries(variables).flatMap(([setting, { holds }]) =>
      holds === "secret" ? [settings[name]?.[setting] ?? ""] : [],
    ),
  );
