import { type NodeDefinition, RunError } from "../../agents/public.ts";
import type { Locale } from "../../domain/run.ts";
import { writingRequest } from "../../models/writing.ts";
import { MAX_SOURCE } from "./source.ts";
import { sourceIn, type TilState } from "./state.ts";

/** Writes the main text. It is emitted as it arrives. */
export const write: NodeDefinition<TilState> = {
  stage: "writing",
  message: (locale) => (locale === "ko" ? "본문을 쓰고 있습니다." : "Writing the note."),
  async *run(context, state) {
    const { text, language } = sourceIn(state);
    const request = writingRequest({ form: "note", language, text, knownTags: [] });
    const { text: content } = yield* context.converse({ ...request, tools: [] });
    if (content.trim() === "") throw new RunError("model_unavailable", "The model returned no text.");
    const notice = noticeIn(state);
    if (notice !== "") yield notice;
    return { content };
  },
};

/** Returns the notice after the main text when its source was cut, or an empty string. */
export const noticeIn = (state: TilState): string => {
  const { language, isCut } = sourceIn(state);
  return isCut ? `\n\n> ${CUT[language]}` : "";
};

const LIMIT = MAX_SOURCE.toLocaleString("en");
const CUT: Readonly<Record<Locale, string>> = {
  en: `The source was too long to read as a whole: this note is about its first ${LIMIT} characters.`,
  ko: `원문이 길어 앞의 ${LIMIT}자까지만 다루었습니다.`,
};
