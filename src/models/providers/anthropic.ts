import { addressOf, fetchAt, urlAt } from "../access.ts";
import { withoutTools } from "../capabilities/reduce.ts";
import { defineProvider } from "./contract.ts";

const BASE_URL = "https://api.anthropic.com/v1";

/** Anthropic, over its Messages API. It offers no embeddings. */
export const anthropic = defineProvider({
  name: "anthropic",
  variables: {
    apiKey: { name: "ANTHROPIC_API_KEY", holds: "secret", description: "API key for anthropic:ID.", isRequired: true },
    baseUrl: {
      name: "ANTHROPIC_BASE_URL",
      holds: "url",
      description: "Overrides the URL of Anthropic's API.",
      isRequired: false,
    },
  },
  ways: [],
  defaultModel: "claude-sonnet-4-5",
  open: async ({ id, model, failureContext, logger, settings: { apiKey, baseUrl = BASE_URL } }) => {
    const [{ createAnthropic }, { sdkModel }, { anthropicSieve }, { sievedFetch }] = await Promise.all([
      import("@ai-sdk/anthropic"),
      import("../sdk.ts"),
      import("../anthropic-events.ts"),
      import("../event-sieve.ts"),
    ]);
    const { root: baseURL } = addressOf(baseUrl);
    const inner = sdkModel({
      id,
      failureContext,
      logger,
      model: (fetch) =>
        createAnthropic({ apiKey, baseURL, fetch: sievedFetch(fetchAt(baseUrl, fetch), anthropicSieve) })(model),
      providerOptions: {},
      parallelToolCalls: (isAllowed) => ({ anthropic: { disableParallelToolUse: !isAllowed } }),
      takesPrefill: true,
      cacheMark: { anthropic: { cacheControl: { type: "ephemeral" } } },
      models: async () => ({
        url: urlAt(baseUrl, "/models"),
        headers: { "x-api-key": apiKey, "anthropic-version": "2023-06-01" },
      }),
    });
    return {
      ...inner,
      // "Requests which include `tool_use` or `tool_result` blocks must define tools", says a refusal.
      answer: (request, ...call) => inner.answer(request.tools.length > 0 ? request : withoutTools(request), ...call),
    };
  },
  openEmbedding: null,
});
