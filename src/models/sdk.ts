import { type AiSdkOptions, aiSdkModel } from "./aisdk.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import type { Model } from "./contract.ts";
import { type Call, reach } from "./http.ts";

/** The `fetch` of an SDK's provider: it has the type of Bun's `fetch`, including its properties. */
export const sdkFetch = Object.assign(boundedFetch, { preconnect: fetch.preconnect });

interface SdkModelOptions extends Omit<AiSdkOptions, "check"> {
  /** The provider's list of models, and the headers that prove the key there. */
  readonly models: Omit<Call, "place">;
}

/** A model behind a provider of the AI SDK. Its check requests the provider's list of models. */
export const sdkModel = ({ models, ...options }: SdkModelOptions): Model =>
  aiSdkModel({ ...options, check: (context) => reach({ ...models, place: options.place }, context) });
