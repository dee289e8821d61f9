import { type ChatWire, COMMON_WIRE } from "../chat-wire.ts";
import { defineProvider } from "./contract.ts";
import { openChat, openChatEmbedding } from "./profile.ts";

const WIRE: ChatWire = { ...COMMON_WIRE, keyHeader: "api-key", maxTokens: "max_completion_tokens" };

interface AzureSettings {
  readonly apiKey: string;
  readonly resource: string | undefined;
  readonly baseUrl: string | undefined;
  readonly apiVersion: string | undefined;
}

/** The address of a resource's v1 API, or the one that is set, with the API version in its query. */
const access = ({ apiKey, resource, baseUrl, apiVersion }: AzureSettings) => {
  const address = baseUrl ?? `https://${resource}.openai.azure.com/openai/v1`;
  const query = apiVersion === undefined ? "" : `${address.includes("?") ? "&" : "?"}api-version=${apiVersion}`;
  return { baseUrl: address + query, apiKey, wire: WIRE };
};

/**
 * Azure OpenAI, over chat completions: every deployment has them, whoever made its model, and so have the addresses of
 * single deployments. The id is the deployment's name.
 */
export const azure = defineProvider({
  name: "azure",
  variables: {
    apiKey: { name: "AZURE_API_KEY", holds: "secret", description: "API key for azure:ID.", isRequired: true },
    resource: {
      name: "AZURE_RESOURCE_NAME",
      holds: "name",
      description:
        "Name of the Azure resource, as in NAME.openai.azure.com. Either this or AZURE_BASE_URL is required.",
      isRequired: false,
    },
    baseUrl: {
      name: "AZURE_BASE_URL",
      holds: "url",
      description: "Overrides the URL of the resource's API; it may have a query.",
      isRequired: false,
    },
    apiVersion: {
      name: "AZURE_API_VERSION",
      holds: "name",
      description: "Sent as api-version. Addresses of single deployments require it; the v1 API does not.",
      isRequired: false,
    },
  },
  ways: [["resource"], ["baseUrl"]],
  defaultModel: null,
  open: (opening) => openChat(opening, access(opening.settings)),
  openEmbedding: (opening) => openChatEmbedding(opening, access(opening.settings)),
});
