import { languageOf } from "../../domain/language.ts";
import type { Locale } from "../../domain/run.ts";
import { storable } from "../../domain/text.ts";
import type { ModelRequest } from "../../models/contract.ts";
import { readDraft } from "../../models/draft.ts";
import { readPassages } from "../../models/passages.ts";
import { readWriting } from "../../models/writing.ts";
import { ABOUT, AGAIN, BLIND, NEEDS_TOOL } from "./about.ts";
import { callFor, type NeededCall } from "./calls.ts";
import { conversationIn } from "./conversation.ts";
import { explain } from "./explain/explain.ts";
import { quote } from "./quote.ts";
import { refuse } from "./refuse.ts";
import { understand } from "./understand.ts";
import { write } from "./write/write.ts";

/** The reply of the model: a tool call or a text. */
export type Reply =
  | { readonly kind: "call"; readonly call: NeededCall }
  | { readonly kind: "text"; readonly text: string };

const text = (content: string): Reply => ({ kind: "text", text: storable(content) });

/**
 * The language of the newest message that has one, else the one that the system prompt asks for. A bare formula has no
 * language.
 */
const languageIn = (system: string, questions: readonly string[]): Locale =>
  questions.reduceRight<Locale>(
    (locale, question) => languageOf(question.slice(0, 4000), locale),
    /\bin Korean\b/.test(system.slice(0, 2000)) ? "ko" : "en",
  );

/** A pure function of the request. Never throws. */
export const reply = (request: ModelRequest): Reply => {
  const writing = readWriting(request);
  if (writing !== null) return text(write(writing));
  const { questions, isShown, outcomes } = conversationIn(request.messages);
  const draft = readDraft(questions[0] ?? "");
  if (draft !== null) return text(draft);
  const quoted = readPassages(questions[0] ?? "");
  if (quoted !== null) return text(quote(quoted, languageIn(request.system, [quoted.question, ...questions.slice(1)])));
  const locale = languageIn(request.system, questions);
  const answerWith = (words: string): Reply => text(isShown ? `${BLIND[locale]}\n\n${words}` : words);
  const { task, unread, again } = understand(questions);
  if (task === null) return answerWith(unread === undefined ? ABOUT[locale] : refuse(unread, locale));
  const call = callFor(task);
  const outcome = outcomes.findLast(({ name }) => name === call.name);
  if (outcome !== undefined)
    return answerWith(`${again ? `${AGAIN[locale]}\n\n` : ""}${explain(task, outcome, locale)}`);
  if (!request.tools.some(({ name }) => name === call.name)) return answerWith(NEEDS_TOOL[locale](call.name));
  return { kind: "call", call };
};
