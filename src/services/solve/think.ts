import type { AgentContext, AgentNode } from "../../agents/contract.ts";
import { type Conversation, converse } from "../../agents/converse.ts";
import type { Tool } from "../../tools/contract.ts";
import { systemPrompt } from "./prompt.ts";
import type { SolveState } from "./state.ts";

/** Returns the messages, system prompt and tools that the model receives in a turn. */
export const conversationOf = async (
  state: SolveState,
  tools: readonly Tool[],
  context: AgentContext,
): Promise<Conversation> => ({
  system: systemPrompt(state.language, state.maths),
  messages: [...(await context.history()), { role: "user", content: state.message, images: context.input.images }],
  tools: state.maths ? tools : [],
});

/** Answers with the model and its tools. Text is emitted as it arrives. */
export const think = (tools: readonly Tool[]): AgentNode<SolveState> => ({
  name: "solve",
  stage: "solving",
  message: (locale) => (locale === "ko" ? "풀고 있습니다." : "Working it out."),
  async *run(context, state) {
    const { text } = yield* converse(await conversationOf(state, tools, context), context);
    return { answer: text };
  },
  next: (state) => (state.equations.length > 0 ? "check" : null),
});
