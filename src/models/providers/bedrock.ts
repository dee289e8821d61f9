import { addressOf, fetchAt, urlAt } from "../access.ts";
import { withoutTools } from "../capabilities/reduce.ts";
import { defineProvider } from "./contract.ts";

interface BedrockSettings {
  readonly apiKey: string | undefined;
  readonly accessKeyId: string | undefined;
  readonly secretAccessKey: string | undefined;
  readonly sessionToken: string | undefined;
  readonly region: string;
  readonly baseUrl: string | undefined;
}

const addressFor = ({ region, baseUrl }: BedrockSettings): string =>
  baseUrl ?? `https://bedrock-runtime.${region}.amazonaws.com`;

/** The SDK's provider, with no setting left for it to read from the environment. */
const sdkFor = async (settings: BedrockSettings) => {
  const { createAmazonBedrock } = await import("@ai-sdk/amazon-bedrock");
  const { apiKey = "", region, accessKeyId = "", secretAccessKey = "", sessionToken } = settings;
  const address = addressFor(settings);
  const keys = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  return (fetch: typeof globalThis.fetch) =>
    createAmazonBedrock({
      apiKey,
      region,
      ...keys,
      baseURL: addressOf(address).root,
      fetch: fetchAt(address, fetch),
    });
};

/** The headers of a request without a body, signed unless there is a key. */
const signedHeaders = async (
  url: string,
  { apiKey, accessKeyId = "", secretAccessKey = "", sessionToken, region }: BedrockSettings,
): Promise<Record<string, string>> => {
  if (apiKey !== undefined) return { authorization: `Bearer ${apiKey}` };
  const { AwsV4Signer } = await import("aws4fetch");
  const keys = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  const { headers } = await new AwsV4Signer({ url, method: "GET", region, service: "bedrock", ...keys }).sign();
  return Object.fromEntries(headers);
};

/** Amazon Bedrock, over its Converse API, with an API key or with signed requests. */
export const bedrock = defineProvider({
  name: "bedrock",
  variables: {
    region: {
      name: "AWS_REGION",
      holds: "name",
      description: "Region of Amazon Bedrock for bedrock:ID, such as eu-central-1.",
      isRequired: true,
    },
    apiKey: {
      name: "AWS_BEARER_TOKEN_BEDROCK",
      holds: "secret",
      description: "API key of Amazon Bedrock. Either this or an access key with its secret is required.",
      isRequired: false,
    },
    accessKeyId: {
      name: "AWS_ACCESS_KEY_ID",
      holds: "secret",
      description: "Id of the access key that signs requests to Amazon Bedrock.",
      isRequired: false,
    },
    secretAccessKey: {
      name: "AWS_SECRET_ACCESS_KEY",
      holds: "secret",
      description: "The secret of AWS_ACCESS_KEY_ID.",
      isRequired: false,
    },
    sessionToken: {
      name: "AWS_SESSION_TOKEN",
      holds: "secret",
      description: "Session token of a temporary access key.",
      isRequired: false,
    },
    baseUrl: {
      name: "BEDROCK_BASE_URL",
      holds: "url",
      description: "Overrides the URL of Amazon Bedrock's runtime.",
      isRequired: false,
    },
  },
  ways: [["apiKey"], ["accessKeyId", "secretAccessKey"]],
  defaultModel: null,
  open: async ({ id, model, failureContext, logger, settings }) => {
    const [sdk, { sdkModel }] = await Promise.all([sdkFor(settings), import("../sdk.ts")]);
    const inner = sdkModel({
      id,
      failureContext,
      logger,
      model: (fetch) => sdk(fetch)(model),
      providerOptions: {},
      parallelToolCalls: null,
      takesPrefill: model.includes("anthropic"),
      cacheMark: { amazonBedrock: { cachePoint: { type: "default" } } },
      models: async () => {
        const url = urlAt(addressFor(settings), "/models");
        return { url, headers: await signedHeaders(url, settings) };
      },
    });
    return {
      ...inner,
      // A call without tools may have none in its history: the SDK would drop them, with their results.
      answer: (request, ...call) => inner.answer(request.tools.length > 0 ? request : withoutTools(request), ...call),
    };
  },
  openEmbedding: async ({ model, settings, ...opening }) => {
    const [sdk, { sdkEmbedding }, { embeddingFetch }] = await Promise.all([
      sdkFor(settings),
      import("../embedding/sdk.ts"),
      import("../embedding/fetch.ts"),
    ]);
    return sdkEmbedding({
      ...opening,
      model: sdk(embeddingFetch).embeddingModel(model),
      // Of the families of models, Cohere's and Nova's know the purpose of a text.
      optionsFor: (purpose) => ({
        amazonBedrock:
          purpose === "query"
            ? { inputType: "search_query", embeddingPurpose: "TEXT_RETRIEVAL" }
            : { inputType: "search_document", embeddingPurpose: "GENERIC_INDEX" },
      }),
    });
  },
});
