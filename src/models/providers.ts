import type { System } from "../domain/system.ts";
import { aiSdkModel } from "./aisdk.ts";
import { builtinModel } from "./builtin/index.ts";
import { compatibleModel } from "./compatible.ts";
import type { Model, ModelContext } from "./contract.ts";
import { withFallback } from "./fallback.ts";
import { reach } from "./http.ts";
import type { ModelLog } from "./log.ts";
import { withRetry } from "./retry.ts";
import { SDK } from "./sdk.ts";
import type { ModelSpec } from "./spec.ts";

/** How a provider is reached. Null: no key is sent (an error where one is needed), the provider's own address. */
interface Access {
  readonly apiKey: string | null;
  readonly baseUrl: string | null;
}

export interface ModelOptions {
  readonly providers: Readonly<Record<Exclude<ModelSpec["provider"], "builtin">, Access>>;
  readonly system: System;
  readonly log: ModelLog;
}

/**
 * The model that the specs name: each retried, several tried in their order. Reads no environment: what the AI SDK would
 * take from there is always given. Throws an Error that names the variable when a provider's access is not complete, which
 * the configuration has made sure of.
 */
export const modelFrom = (specs: readonly ModelSpec[], options: ModelOptions): Model => {
  const [first, ...others] = specs.map((spec) => oneModel(spec, options));
  if (first === undefined) throw new Error("No model is named: MODEL is empty.");
  return others.length === 0 ? first : withFallback([first, ...others], options.log);
};

const oneModel = (spec: ModelSpec, options: ModelOptions): Model => {
  switch (spec.provider) {
    case "builtin":
      return builtinModel();
    case "compatible":
      return withRetry(compatible(spec.model, options), options);
    default:
      return withRetry(hosted(spec.provider, spec.model, options), options);
  }
};

const compatible = (model: string, { providers: { compatible }, system }: ModelOptions): Model =>
  compatibleModel({
    id: `compatible:${model}`,
    model,
    baseUrl: given(compatible.baseUrl, "MODEL_BASE_URL"),
    apiKey: compatible.apiKey,
    system,
  });

const hosted = (provider: keyof typeof SDK, model: string, { providers, system }: ModelOptions): Model => {
  const sdk = SDK[provider];
  const apiKey = given(providers[provider].apiKey, sdk.keyVariable);
  const baseURL = (providers[provider].baseUrl ?? sdk.baseURL).replace(/\/+$/, "");
  const place = { keyVariable: sdk.keyVariable, now: () => system.now() };
  return aiSdkModel({
    id: `${provider}:${model}`,
    model: sdk.open({ apiKey, baseURL }, model),
    providerOptions: sdk.providerOptions,
    place,
    check: (context: ModelContext) => reach({ url: `${baseURL}/models`, headers: sdk.headers(apiKey), place }, context),
  });
};

const given = (value: string | null, variable: string): string => {
  if (value === null) throw new Error(`${variable} must be set for this model.`);
  return value;
};
