import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import type { LanguageModelV4, SharedV4ProviderOptions } from "@ai-sdk/provider";
import type { System } from "../domain/system.ts";
import { type Access, given, rootOf } from "./access.ts";
import { aiSdkModel } from "./aisdk.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import type { Model } from "./contract.ts";
import { reach } from "./http.ts";
import type { ModelSpec } from "./spec.ts";

type SdkProvider = Exclude<ModelSpec["provider"], "builtin" | "compatible">;

interface Sdk {
  /** The environment variable that holds the key, for messages. */
  readonly keyVariable: string;
  /** The provider's own address. */
  readonly baseUrl: string;
  readonly providerOptions: SharedV4ProviderOptions;
  /** What proves the key, for a request of our own. */
  headers(apiKey: string): Record<string, string>;
  open(settings: Settings, model: string): LanguageModelV4;
}
interface Settings {
  readonly apiKey: string;
  readonly baseURL: string;
  readonly fetch: typeof fetch;
}

const SDK: Readonly<Record<SdkProvider, Sdk>> = {
  openai: {
    keyVariable: "OPENAI_API_KEY",
    baseUrl: "https://api.openai.com/v1",
    // A thread's log is its memory; OpenAI need not keep another.
    providerOptions: { openai: { store: false } },
    headers: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
    open: (settings, model) => createOpenAI(settings).responses(model),
  },
  anthropic: {
    keyVariable: "ANTHROPIC_API_KEY",
    baseUrl: "https://api.anthropic.com/v1",
    providerOptions: {},
    headers: (apiKey) => ({ "x-api-key": apiKey, "anthropic-version": "2023-06-01" }),
    open: (settings, model) => createAnthropic(settings)(model),
  },
  google: {
    keyVariable: "GOOGLE_GENERATIVE_AI_API_KEY",
    baseUrl: "https://generativelanguage.googleapis.com/v1beta",
    providerOptions: {},
    headers: (apiKey) => ({ "x-goog-api-key": apiKey }),
    open: (settings, model) => createGoogle(settings)(model),
  },
};

/** The SDK's type of `fetch` is Bun's, with what hangs on it. */
const sdkFetch = Object.assign(boundedFetch, { preconnect: fetch.preconnect });

/**
 * A model of OpenAI (Responses API), Anthropic or Google. Key and address are always handed to the SDK, which would look for
 * them in the environment. Throws an Error that names the variable when there is no key.
 */
export const sdkModel = (provider: SdkProvider, model: string, access: Access, system: System): Model => {
  const { keyVariable, baseUrl, providerOptions, headers, open } = SDK[provider];
  const apiKey = given(access.apiKey, keyVariable);
  const baseURL = rootOf(access.baseUrl ?? baseUrl);
  const place = { keyVariable, now: () => system.now() };
  return aiSdkModel({
    id: `${provider}:${model}`,
    model: open({ apiKey, baseURL, fetch: sdkFetch }, model),
    place,
    providerOptions,
    check: (context) => reach({ url: `${baseURL}/models`, headers: headers(apiKey), place }, context),
  });
};
