import { type AiSdkOptions, aiSdkModel } from "./aisdk.ts";
import type { Model } from "./contract.ts";
import { type Call, reach } from "./http.ts";

interface SdkModelOptions extends Omit<AiSdkOptions, "check"> {
  /** The provider's list of models, and the headers that prove the key there. */
  models(): Promise<Omit<Call, "failureContext">>;
}

/** A model behind a provider of the AI SDK. Its check requests the provider's list of models. */
export const sdkModel = ({ models, ...options }: SdkModelOptions): Model =>
  aiSdkModel({
    ...options,
    check: async (context) => reach({ ...(await models()), failureContext: options.failureContext }, context),
  });
