import type { Context, NodeDefinition } from "../../agents/public.ts";
import { withDraft } from "../../models/draft.ts";
import { withPassages } from "../../models/passages.ts";
import { draftOf, systemPrompt } from "./prompt.ts";
import type { ChatState } from "./state.ts";

/**
 * Writes the answer with the model, from the passages and the draft. The built-in model returns the draft, or quotes
 * the passages.
 */
export const respond: NodeDefinition<ChatState> = {
  stage: "generation",
  message: (locale) => (locale === "ko" ? "답변을 작성하고 있습니다." : "Writing the answer."),
  async *run(context, state) {
    const system = systemPrompt(state, context.locale, customPromptOf(context));
    const userMessage = { role: "user", content: userContent(state, context), images: [] } as const;
    const messages = [...(await context.history()), userMessage];
    const { text } = yield* context.converse({ system, messages, tools: [] });
    return { content: text };
  },
};

const userContent = (state: ChatState, { locale }: Context): string => {
  const { question, sources } = state;
  const quoted = sources.length > 0 ? withPassages(question, sources) : question;
  const draft = draftOf(state, locale);
  return draft === null ? quoted : withDraft(draft, quoted);
};

const customPromptOf = ({ input }: Context): string | null => {
  const { customPrompt } = input.options;
  return typeof customPrompt === "string" && customPrompt.trim() !== "" ? customPrompt : null;
};
