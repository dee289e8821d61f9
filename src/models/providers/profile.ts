import { addressOf, fetchAt } from "../access.ts";
import { type ChatWire, COMMON_WIRE, keyHeaders } from "../chat-wire.ts";
import type { Model } from "../contract.ts";
import type { EmbeddingModel } from "../embedding/contract.ts";
import { parseThinkingTags, type ThinkingTag } from "../thinking-tags.ts";
import { defineProvider, type OpenRequest, type Provider } from "./contract.ts";

/**
 * A server that speaks OpenAI's chat completions, and what distinguishes it from others that do. What it does
 * differently on that wire is a field of `ChatWire`: the adapter reads the wire, never the name.
 */
interface Profile extends Pick<Provider, "name" | "defaultModel"> {
  /** The variable of its key. */
  readonly key: { readonly name: string; readonly description: string; readonly isRequired: boolean };
  /**
   * The variable of its address, and the address when it is not set, up to and including `/v1`. Null when the variable
   * must be set.
   */
  readonly address: { readonly name: string; readonly description: string; readonly defaultUrl: string | null };
  /** The variable that names the tags around thoughts, where models differ in them. */
  readonly thinkingTags?: { readonly name: string; readonly description: string };
  /** Whether it also has OpenAI's `/embeddings`. */
  readonly hasEmbeddings: boolean;
  /** What differs from `COMMON_WIRE`. */
  readonly wire?: Partial<ChatWire>;
}

/** Returns the provider that runs the lean adapter (`compatible.ts` one folder up) with a profile. */
export const profiledProvider = (profile: Profile): Provider => {
  const { name, defaultModel, key, address, thinkingTags, hasEmbeddings, wire } = profile;
  const access = ({ apiKey, baseUrl = address.defaultUrl ?? undefined, ...settings }: ProfileSettings): ChatAccess => {
    if (baseUrl === undefined) throw new Error(`${address.name} must be set for this model.`);
    const tags = settings.thinkingTags && { thinkingTags: tagsOf(settings.thinkingTags, thinkingTags?.name ?? "") };
    return { baseUrl, apiKey: apiKey ?? null, wire: { ...COMMON_WIRE, ...wire, ...tags } };
  };
  return defineProvider({
    name,
    defaultModel,
    variables: {
      apiKey: { ...key, holds: "secret" },
      baseUrl: {
        name: address.name,
        holds: "url",
        description: address.description,
        isRequired: address.defaultUrl === null,
      },
      ...(thinkingTags && { thinkingTags: { ...thinkingTags, holds: "text", isRequired: false } as const }),
    },
    ways: [],
    open: (request) => openChat(request, access(request.settings)),
    openEmbedding: hasEmbeddings ? (request) => openChatEmbedding(request, access(request.settings)) : null,
  });
};

interface ProfileSettings {
  readonly apiKey: string | undefined;
  readonly baseUrl: string | undefined;
  readonly thinkingTags?: string | undefined;
}

const tagsOf = (text: string, variable: string): readonly ThinkingTag[] => {
  const tags = parseThinkingTags(text);
  if (tags !== null) return tags;
  const forms = "names such as think, or an opening and a closing mark with a space between them";
  throw new Error(`${variable} must list ${forms}, separated by commas.`);
};

/** How a server of chat completions is reached. */
interface ChatAccess {
  readonly baseUrl: string;
  /** Null when it requires none. */
  readonly apiKey: string | null;
  readonly wire: ChatWire;
}

export const openChat = async (
  { id, model, failureContext, post, system, logger }: Omit<OpenRequest, "settings">,
  access: ChatAccess,
): Promise<Model> => {
  const { compatibleModel } = await import("../compatible.ts");
  return compatibleModel({ id, model, failureContext, post, system, logger, ...access });
};

export const openChatEmbedding = async (
  { model, ...request }: Omit<OpenRequest, "settings">,
  { baseUrl, apiKey, wire }: ChatAccess,
): Promise<EmbeddingModel> => {
  const [{ createOpenAICompatible }, { sdkEmbedding }, { embeddingFetch }] = await Promise.all([
    import("@ai-sdk/openai-compatible"),
    import("../embedding/sdk.ts"),
    import("../embedding/fetch.ts"),
  ]);
  const sdk = createOpenAICompatible({
    name: "compatible",
    baseURL: addressOf(baseUrl).root,
    fetch: fetchAt(baseUrl, embeddingFetch),
    headers: keyHeaders(wire, apiKey),
  });
  return sdkEmbedding({ ...request, model: sdk.embeddingModel(model), optionsFor: () => ({}) });
};
