import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import type { LanguageModelV4, SharedV4ProviderOptions } from "@ai-sdk/provider";
import { modelFetch } from "./http.ts";

interface Sdk {
  /** The environment variable that holds the key, for messages. */
  readonly keyVariable: string;
  /** The provider's own address, without a slash at the end. */
  readonly baseURL: string;
  readonly providerOptions: SharedV4ProviderOptions;
  /** What proves the key, for a request of our own. */
  headers(apiKey: string): Record<string, string>;
  open(access: { readonly apiKey: string; readonly baseURL: string }, model: string): LanguageModelV4;
}

/** The SDK's type of `fetch` is Bun's, with what hangs on it. */
const sdkFetch = Object.assign(modelFetch, { preconnect: fetch.preconnect });

/** The providers that are reached through the AI SDK. Key and address are always handed in: it would read the environment. */
export const SDK = {
  openai: {
    keyVariable: "OPENAI_API_KEY",
    baseURL: "https://api.openai.com/v1",
    // A thread's log is its memory; OpenAI need not keep another.
    providerOptions: { openai: { store: false } },
    headers: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
    open: (access, model) => createOpenAI({ ...access, fetch: sdkFetch }).responses(model),
  },
  anthropic: {
    keyVariable: "ANTHROPIC_API_KEY",
    baseURL: "https://api.anthropic.com/v1",
    providerOptions: {},
    headers: (apiKey) => ({ "x-api-key": apiKey, "anthropic-version": "2023-06-01" }),
    open: (access, model) => createAnthropic({ ...access, fetch: sdkFetch })(model),
  },
  google: {
    keyVariable: "GOOGLE_GENERATIVE_AI_API_KEY",
    baseURL: "https://generativelanguage.googleapis.com/v1beta",
    providerOptions: {},
    headers: (apiKey) => ({ "x-goog-api-key": apiKey }),
    open: (access, model) => createGoogle({ ...access, fetch: sdkFetch })(model),
  },
} as const satisfies Readonly<Record<string, Sdk>>;
