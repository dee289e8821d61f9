import type { System } from "../../domain/system.ts";
import { addressOf, fetchAt, urlAt } from "../access.ts";
import { defineProvider } from "./contract.ts";

/** As for Google's own API: with 768 numbers recall hardly differs from 3,072. */
const DIMENSION = 768;

interface VertexSettings {
  readonly apiKey: string | undefined;
  readonly credentials: string | undefined;
  readonly project: string | undefined;
  readonly location: string | undefined;
  readonly baseUrl: string | undefined;
}

/** Where the models are: those of a project in a location, or of express mode, which has a key and no project. */
const addressFor = ({ apiKey, project, location = "global", baseUrl }: VertexSettings): string => {
  if (baseUrl !== undefined) return baseUrl;
  if (apiKey !== undefined) return "https://aiplatform.googleapis.com/v1/publishers/google";
  const host = location === "global" ? "aiplatform.googleapis.com" : `${location}-aiplatform.googleapis.com`;
  return `https://${host}/v1/projects/${project}/locations/${location}/publishers/google`;
};

/** The headers of a call: the key of express mode, else a token of the service account. */
const headersFor = async (
  { apiKey, credentials = "" }: VertexSettings,
  system: System,
): Promise<() => Promise<Record<string, string>>> => {
  if (apiKey !== undefined) return async () => ({ "x-goog-api-key": apiKey });
  const { GoogleTokens, serviceAccountFrom } = await import("../google-token.ts");
  const tokens = new GoogleTokens(serviceAccountFrom(credentials), system);
  return async () => ({ authorization: `Bearer ${await tokens.token()}` });
};

/** Gemini on Vertex AI: the same API as Google's, at another address and with other credentials. */
export const vertex = defineProvider({
  name: "vertex",
  variables: {
    apiKey: {
      name: "GOOGLE_VERTEX_API_KEY",
      holds: "secret",
      description: "API key of express mode for vertex:ID. Either this or project and credentials are required.",
      isRequired: false,
    },
    project: {
      name: "GOOGLE_VERTEX_PROJECT",
      holds: "name",
      description: "Id of the Google Cloud project for vertex:ID.",
      isRequired: false,
    },
    credentials: {
      name: "GOOGLE_VERTEX_CREDENTIALS",
      holds: "secret-json",
      description: "JSON of a service account's key file, with access to Vertex AI in that project.",
      isRequired: false,
    },
    location: {
      name: "GOOGLE_VERTEX_LOCATION",
      holds: "name",
      description: "Location of the models, such as europe-west4. Unset: global.",
      isRequired: false,
    },
    baseUrl: {
      name: "GOOGLE_VERTEX_BASE_URL",
      holds: "url",
      description: "Overrides the URL of Vertex AI, up to and including /publishers/google.",
      isRequired: false,
    },
  },
  ways: [["apiKey"], ["project", "credentials"]],
  defaultModel: null,
  open: async ({ id, model, failureContext, logger, system, settings }) => {
    const [{ GoogleLanguageModel }, { sdkModel }, headers] = await Promise.all([
      import("@ai-sdk/google/internal"),
      import("../sdk.ts"),
      headersFor(settings, system),
    ]);
    const address = addressFor(settings);
    return sdkModel({
      id,
      failureContext,
      logger,
      model: (fetch) =>
        new GoogleLanguageModel(model, {
          // By this name the SDK leaves out what Vertex AI does not know, such as the ids of calls.
          provider: "google.vertex.chat",
          baseURL: addressOf(address).root,
          headers,
          fetch: fetchAt(address, fetch),
          generateId: () => system.id(),
        }),
      providerOptions: {},
      parallelToolCalls: null,
      cacheMark: null,
      models: async () => ({ url: urlAt(address, "/models"), headers: await headers() }),
    });
  },
  openEmbedding: async ({ model, failureContext, system, settings, ...opening }) => {
    const [{ vertexEmbedding }, headers] = await Promise.all([
      import("../embedding/vertex.ts"),
      headersFor(settings, system),
    ]);
    const url = urlAt(addressFor(settings), `/models/${model}:predict`);
    return vertexEmbedding({ ...opening, failureContext, system, url, headers, dimension: DIMENSION });
  },
});
