import type { AgentNode } from "../../agents/contract.ts";
import { converse } from "../../agents/converse.ts";
import type { Locale } from "../../domain/run.ts";
import type { Tool } from "../../tools/contract.ts";
import { isAboutMaths } from "../maths.ts";

export interface AskState {
  readonly question: string;
  /** The text that was streamed. */
  readonly answer: string;
}

/**
 * Answers with the model, and offers it the maths tools when the question is about maths. The built-in model can answer
 * nothing else.
 */
export const answer = (tools: readonly Tool[]): AgentNode<AskState> => ({
  name: "answer",
  stage: "answering",
  message: (locale) => (locale === "ko" ? "답하고 있습니다." : "Answering."),
  async *run(context, { question }) {
    const history = await context.history();
    const conversation = {
      system: SYSTEM[context.locale],
      messages: [...history, { role: "user", content: question, images: context.input.images }] as const,
      tools: isAboutMaths(question, history) ? tools : [],
    };
    const { text } = yield* converse(conversation, context);
    return { answer: text };
  },
  next: () => null,
});

const systemIn = (language: string): string =>
  [
    `You are a helpful, honest assistant. Answer in ${language}, or in the language of the question where that is another.`,
    "Be brief, and say so when you do not know. Where tools are at hand, compute with them and never mention them.",
  ].join("\n");

const SYSTEM: Readonly<Record<Locale, string>> = { en: systemIn("English"), ko: systemIn("Korean") };
