import { type AiSdkOptions, aiSdkModel } from "./aisdk.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import type { Model } from "./contract.ts";
import { type Call, reach } from "./http.ts";

/** What an SDK's provider fetches with: its type is Bun's `fetch`, with what hangs on it. */
export const sdkFetch = Object.assign(boundedFetch, { preconnect: fetch.preconnect });

interface SdkModelOptions extends Omit<AiSdkOptions, "check"> {
  /** The provider's list of models, and what proves the key there. */
  readonly models: Omit<Call, "place">;
}

/** A model behind a provider of the AI SDK, which is checked by asking the provider for its list of models. */
export const sdkModel = ({ models, ...options }: SdkModelOptions): Model =>
  aiSdkModel({ ...options, check: (context) => reach({ ...models, place: options.place }, context) });
