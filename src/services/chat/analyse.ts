import { type NodeDefinition, questionsIn } from "../../agents/public.ts";
import { stopWords } from "../../domain/stop-words.ts";
import { termsOf } from "../../domain/terms.ts";
import type { ChatState } from "./state.ts";

/** The most earlier questions that a follow-up is joined with. */
const MAX_EARLIER = 4;
/** The part of a question that is searched for, in UTF-16 units. */
const MAX_QUERY = 2_000;
/** A question of at most this many words, stop words aside, is a follow-up when there is an earlier question. */
const FEW_WORDS = 2;

const MARKED = /^\s*(?:그럼|그러면|그렇다면|그리고|또|이번엔|(?:and|then|so|what about|how about)\b)/iu;

const SMALL_TALK =
  /^\s*(?:안녕|반가|고마|감사|수고|하이|좋은\s*(?:아침|저녁|하루)|누구(?:니|세요|야)|(?:hello|hi|hey|thanks|thank you|good (?:morning|evening|day)|bye|who are you|how are you)\b)[^\d]{0,40}$/iu;

/** Analyses the question: whether it needs a search, and which earlier questions it follows up. Calls no model. */
export const analyse: NodeDefinition<ChatState> = {
  stage: "analysis",
  message: (locale) => (locale === "ko" ? "질문을 분석하고 있습니다." : "Analysing the question."),
  async *run(context, { question }) {
    const before = questionsIn(await context.history());
    const earlier = isTalk(question) ? [] : earlierQuestions(question, before);
    const change = {
      isTalk: isTalk(question),
      earlier,
      isMarked: MARKED.test(question.slice(0, MAX_QUERY)),
      query: [question.slice(0, MAX_QUERY), ...earlier.map(withoutNames)].join("\n").slice(0, MAX_QUERY).toWellFormed(),
    };
    yield { type: "node_result", payload: { node: "query_analysis", output: change } };
    return change;
  },
};

/** A longer text is not a greeting. In UTF-16 units. */
const MAX_SMALL_TALK = 200;

const isTalk = (question: string): boolean => question.length <= MAX_SMALL_TALK && SMALL_TALK.test(question);

const isFollowUp = (question: string): boolean =>
  MARKED.test(question.slice(0, MAX_QUERY)) ||
  termsOf(question.slice(0, MAX_QUERY)).filter(({ forms }) => !forms.some((form) => stopWords.has(form))).length <=
    FEW_WORDS;

/** Returns the earlier questions back to the last one that stands by itself, oldest first. */
const earlierQuestions = (question: string, before: readonly string[]): readonly string[] => {
  const earlier: string[] = [];
  let last = question;
  for (const previous of before.toReversed()) {
    if (!isFollowUp(last) || earlier.length === MAX_EARLIER) break;
    if (isTalk(previous)) continue;
    earlier.unshift(previous);
    last = previous;
  }
  return earlier;
};

/** Drops words with digits, such as part numbers and dates: they belong to the earlier question alone. */
const withoutNames = (question: string): string =>
  question
    .slice(0, MAX_QUERY)
    .split(/\s+/u)
    .filter((word) => !/\d/u.test(word) && !MARKED.test(word))
    .join(" ");
