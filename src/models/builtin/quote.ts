import { coverageOf, rarityOf } from "../../domain/relevance.ts";
import type { Locale } from "../../domain/run.ts";
import { stopWords } from "../../domain/stop-words.ts";
import { termsOf } from "../../domain/terms.ts";
import type { QuotedQuestion } from "../passages.ts";
import { statementsOf } from "./statements.ts";

/** Statements that are quoted, at most, and how near to the best one the others come. */
const MOST = 3;
const NEAR = 0.6;
/** What words are worth that stand in the document's title. */
const IN_TITLE = 0.2;
/** Of a question, so much is looked at, in UTF-16 units. */
const MAX_QUESTION = 4_000;

interface Statement {
  readonly text: string;
  /** The passage's number, from 1. */
  readonly number: number;
  readonly lexemes: ReadonlySet<string>;
}

/**
 * An answer made of nothing but what the passages say: the statements that share the most words with the question, rare words
 * counting more, word for word and with the number of their passage. It says that it quotes, and when there is nothing to quote.
 */
export const quote = ({ question, passages }: QuotedQuestion, locale: Locale): string => {
  const statements = passages.flatMap(({ content }, index) =>
    statementsOf(content).map((text): Statement => ({ text, number: index + 1, lexemes: lexemesOf(text) })),
  );
  const titles = passages.map(({ title }) => lexemesOf(title));
  const chosen = best(question.slice(0, MAX_QUESTION), statements, titles);
  if (chosen.length === 0) return [NOTHING_SHARED[locale], ...nearest(passages)].join("\n\n");
  const numbers = [...new Set(chosen.map(({ number }) => number))];
  return [
    QUOTED[locale],
    ...chosen.map(({ text, number }) => `> ${text} [${number}]`),
    numbers.map((number) => `[${number}] ${passages[number - 1]?.title ?? ""}`).join("  \n"),
  ].join("\n\n");
};

/** Those nearest to the question, in the order in which they were found, and stand in their passages. */
const best = (
  question: string,
  statements: readonly Statement[],
  titles: readonly ReadonlySet<string>[],
): readonly Statement[] => {
  const terms = termsOf(question).filter(({ forms }) => !forms.some((form) => stopWords.has(form)));
  const holding = new Map<string, number>();
  for (const { lexemes } of statements)
    for (const lexeme of lexemes) holding.set(lexeme, (holding.get(lexeme) ?? 0) + 1);
  const rarity = (lexeme: string) => rarityOf(holding.get(lexeme) ?? 0, statements.length);
  const scores = new Map<Statement, number>();
  for (const statement of statements) {
    const own = coverageOf(terms, statement.lexemes, rarity);
    if (own > 0)
      scores.set(statement, own + IN_TITLE * coverageOf(terms, titles[statement.number - 1] ?? new Set(), rarity));
  }
  const ranked = [...scores].sort(([, one], [, other]) => other - one).slice(0, MOST);
  const bar = NEAR * (ranked[0]?.[1] ?? 0);
  const chosen = new Set(ranked.filter(([, score]) => score >= bar).map(([statement]) => statement));
  return statements.filter((statement) => chosen.has(statement));
};

const lexemesOf = (text: string): ReadonlySet<string> =>
  new Set(termsOf(text).flatMap(({ forms, parts }) => [...forms, ...parts]));

const nearest = ([first]: QuotedQuestion["passages"]): readonly string[] => {
  if (first === undefined) return [];
  const beginning = statementsOf(first.content).slice(0, MOST).join(" ");
  return [`> ${beginning} [1]`, `[1] ${first.title}`];
};

const QUOTED: Readonly<Record<Locale, string>> = {
  ko: "질문과 낱말이 가장 많이 겹치는 문장을 문서에서 그대로 옮깁니다. 내장 모델은 글을 새로 쓰지 않으니, 질문의 답이 되는지는 직접 확인해 주세요.",
  en: "These are the sentences of your documents that share the most words with the question, word for word. The built-in model writes no text of its own, so please check whether they answer it.",
};

const NOTHING_SHARED: Readonly<Record<Locale, string>> = {
  ko: "찾은 글에는 질문의 낱말이 들어 있는 문장이 없습니다. 내장 모델은 문장을 그대로 옮길 뿐이어서 답할 수 없습니다. 가장 가까운 글은 이렇게 시작합니다.",
  en: "No sentence of what was found shares a word with the question, and the built-in model can only quote, so it cannot answer. The nearest passage begins like this.",
};
