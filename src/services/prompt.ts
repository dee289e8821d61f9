import type { Locale } from "../domain/run.ts";

const LANGUAGE: Readonly<Record<Locale, string>> = { en: "English", ko: "Korean" };

/** The tools of the agents that answer anything. Which of them a question needs, the model decides. */
export const GENERAL_TOOLS = ["calculate", "solve_equation", "plot_function", "run_javascript"] as const;

/** Returns the system prompts of an assistant that answers anything, with `rules` of its own at the end. */
export const assistantPrompts = (rules: readonly string[]): Readonly<Record<Locale, string>> => ({
  en: promptIn("en", rules),
  ko: promptIn("ko", rules),
});

const promptIn = (language: Locale, rules: readonly string[]): string =>
  [
    `You are a helpful, honest assistant. Answer in ${LANGUAGE[language]}, or in the language of the question where that is another.`,
    "If you do not know, say so. If the answer needs a calculation, a plot or a program, use a tool. If a tool reports an error, correct its input or try another way. Never mention the tools.",
    ...rules,
  ].join("\n");
