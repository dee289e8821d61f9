import { coverageOf, rarityOf } from "../../domain/relevance.ts";
import type { Locale } from "../../domain/run.ts";
import { stopWords } from "../../domain/stop-words.ts";
import { termsOf } from "../../domain/terms.ts";
import type { QuotedQuestion } from "../../models/passages.ts";
import { statementsOf } from "./statements.ts";

/** The most statements that are quoted, and the least share of the best score that the others need. */
const MOST = 3;
const NEAR = 0.6;
/**
 * The share of the question that a statement must cover to count as an answer. Over the questions of
 * test/fixtures/retrieval, one in three right sentences in Korean and one in ten in English is below it, and so are all
 * but a few of the nearest sentences in wrong documents.
 */
const ANSWERS = 0.2;
/** The weight of words in the document's title. */
const IN_TITLE = 0.2;
/** The part of a question that is read, in UTF-16 units. */
const MAX_QUESTION = 4_000;

interface Statement {
  readonly text: string;
  /** The passage's number, from 1. */
  readonly number: number;
  readonly lexemes: ReadonlySet<string>;
  /** The lexemes of its document's title. */
  readonly inTitle: ReadonlySet<string>;
}

interface Rated extends Statement {
  readonly coverage: number;
  readonly score: number;
}

/**
 * Returns an answer made only of what the passages say: the statements that share the most words with the question,
 * quoted verbatim with the number of their passage. Rare words weigh more. It says that it quotes, and also when the
 * statements hardly answer.
 */
export const quote = ({ question, passages }: QuotedQuestion, locale: Locale): string => {
  const statements = passages.flatMap(({ title, content }, index) => {
    const inTitle = lexemesOf(title);
    return statementsOf(content).map((text) => ({ text, number: index + 1, inTitle, lexemes: lexemesOf(text) }));
  });
  const rated = rate(question.slice(0, MAX_QUESTION), statements);
  const isAnswer = rated.some(({ coverage }) => coverage >= ANSWERS);
  const chosen = best(rated);
  const shown = chosen.length > 0 ? chosen : statements.filter(({ number }) => number === 1).slice(0, MOST);
  const quotations = shown.map(({ text, number }) => `> ${text} [${number}]`);
  const sources = new Set(shown.map(({ number }) => `[${number}] ${passages[number - 1]?.title ?? ""}`));
  // Two blanks end a line in Markdown.
  const parts = [isAnswer ? QUOTED[locale] : HARDLY[locale], ...quotations, [...sources].join("  \n")];
  return parts.join("\n\n").trimEnd();
};

/**
 * Returns the share of the question that each statement covers, from 0 to 1, for statements with at least one of its
 * words.
 */
const rate = (question: string, statements: readonly Statement[]): readonly Rated[] => {
  const terms = termsOf(question).filter(({ forms }) => !forms.some((form) => stopWords.has(form)));
  const holding = new Map<string, number>();
  for (const { lexemes } of statements) {
    for (const lexeme of lexemes) holding.set(lexeme, (holding.get(lexeme) ?? 0) + 1);
  }
  const covered = (lexemes: ReadonlySet<string>): number =>
    coverageOf(terms, lexemes, (lexeme) => rarityOf(holding.get(lexeme) ?? 0, statements.length));
  return statements.flatMap((statement) => {
    const coverage = covered(statement.lexemes);
    return coverage === 0 ? [] : [{ ...statement, coverage, score: coverage + IN_TITLE * covered(statement.inTitle) }];
  });
};

/** Returns the best statements in the order of the passages. */
const best = (rated: readonly Rated[]): readonly Rated[] => {
  const ranked = rated.toSorted((one, other) => other.score - one.score).slice(0, MOST);
  const bar = NEAR * (ranked[0]?.score ?? 0);
  const chosen = new Set(ranked.filter(({ score }) => score >= bar));
  return rated.filter((statement) => chosen.has(statement));
};

const lexemesOf = (text: string): ReadonlySet<string> =>
  new Set(termsOf(text).flatMap(({ forms, parts }) => [...forms, ...parts]));

const QUOTED: Readonly<Record<Locale, string>> = {
  ko: "질문과 낱말이 가장 많이 겹치는 문장을 문서에서 그대로 옮깁니다. 내장 모델은 글을 새로 쓰지 않으니, 질문의 답이 되는지는 직접 확인해 주세요.",
  en: "These are the sentences of your documents that share the most words with the question, word for word. The built-in model writes no text of its own, so please check whether they answer it.",
};

const HARDLY: Readonly<Record<Locale, string>> = {
  ko: "문서에 질문의 답이 없는 듯합니다. 찾은 글에 질문의 낱말이 거의 없습니다. 내장 모델은 글을 새로 쓰지 않으니, 가장 가까운 문장을 그대로 옮깁니다.",
  en: "Your documents do not seem to answer this: what was found has hardly a word of the question. The built-in model writes no text of its own, so these are the nearest sentences, word for word.",
};
