import { realSystem } from "../../src/domain/system.ts";
import type { Model } from "../../src/models/contract.ts";
import { openRequestOf } from "../../src/models/open.ts";
import type { Provider, Settings } from "../../src/models/providers/contract.ts";

import { noModelLogger } from "./no-model-logger.ts";

/** Returns a provider's model without retries, at once: its first call waits for what opens it. */
export const providerModel = (provider: Provider, settings: Settings, model = "stand-in"): Model => {
  const providers = { [provider.name]: settings };
  const opening = openRequestOf(provider, model, { providers, system: realSystem, logger: noModelLogger });
  const opened = provider.open(opening);
  return {
    id: opening.id,
    answer: async (...call) => (await opened).answer(...call),
    check: async (context) => (await opened).check(context),
  };
};
