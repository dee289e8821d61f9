import { agent, type GraphDefinition } from "../../agents/public.ts";
import { assistantPrompts, GENERAL_TOOLS } from "../prompt.ts";

interface AskState {
  /** The text that was streamed. */
  readonly answer: string;
}

const SYSTEM_PROMPTS = assistantPrompts(["Be brief."]);

/** Answers a question from the model and the thread's earlier turns, without documents. */
export const askAgent = (): GraphDefinition<AskState> =>
  agent({
    description: "Answers a question from the model and the earlier turns of the thread.",
    tools: GENERAL_TOOLS,
    begin: () => ({ answer: "" }),
    start: "answer",
    nodes: {
      answer: {
        stage: "answering",
        message: (locale) => (locale === "ko" ? "답하고 있습니다." : "Answering."),
        async *run(context) {
          const { text } = yield* context.converse({ system: SYSTEM_PROMPTS[context.locale] });
          return { answer: text };
        },
      },
    },
  });
