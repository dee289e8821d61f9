import { stopWords } from "../../../domain/stop-words.ts";
import { type Term, termsOf } from "../../../domain/terms.ts";
import type { Section } from "./sections.ts";

/** Words that notes on any subject contain. */
const EMPTY: ReadonlySet<string> = new Set(
  `use uses used using make makes made like get gets got got let lets one two three new now first last next many much well
  example examples way ways thing things e.g i.e etc vs via per without within whether because while still yet even need needs
  want wants work works come comes take takes run runs add adds see say says said find show shows today learned til note day days time times hour hours year years ask asks answer answers keep keeps
  give gives set sets each every both same other others something anything nothing someone people person part parts kind kinds
  http https www com 오늘 배운 배웠다 예 예를 들어 들면 아주 매우 더 덜 가장 모두 모든 각 다시 바로 먼저 다음 이것 그것 여기 저기 지금 이제 때문 사용 정도
  우리 내 나 자신 하나 둘 두 세 첫 여러 다른 같은 이런 그런 저런 이렇게 그렇게 만약 아니라 아닌 아니다 있고 있어 없고 쓰는 쓴 쓸 따로 함께 또한 바로 그냥 계속 항상 이미 아직 서로 각각 보통 것이 것은 것을 수가 점이 점을 시간 오전 오후 하루 이상 이하 부분 방법`.split(
    /\s+/u,
  ),
);

/** Endings of Korean verbs and adjectives. Words with them are not names. */
const VERB =
  /(?:다|요|까|면서|으면|아서|어서|려고|도록|지만|거나|는데|었던|했던|습니다|니다|리면|되면|하면|우고|지면|이라)$/u;

/** The weight of a heading's words, which tell more about a text than those below it. */
const IN_HEADING = 3;
/** Added to a name in Latin letters, since such a name is international. It breaks ties in a Korean text. */
const IS_LATIN = 0.5;
const LATIN = /^[a-z]/;

/** Returns the words of a sentence that tell what it is about, each without its ending. */
export const tellingTerms = (text: string): readonly Term[] =>
  termsOf(text).filter(({ forms }) => !forms.some((form) => stopWords.has(form) || EMPTY.has(form)));

/** Returns the form that represents all forms of a term. */
export const stemOf = ({ forms }: Term): string => forms.at(-1) ?? "";

/** Returns what a text is about: its most frequent words, at most `most`, in lower case, the most frequent first. */
export const keywordsOf = (sections: readonly Section[], most: number): readonly string[] => {
  const counts = new Map<string, { count: number; readonly names: Map<string, number> }>();
  const take = (text: string, weight: number): void => {
    for (const term of tellingTerms(text)) {
      const name = nameOf(term);
      if (!isName(name)) continue;
      const known = counts.get(stemOf(term)) ?? {
        count: LATIN.test(name) ? IS_LATIN : 0,
        names: new Map<string, number>(),
      };
      known.count += weight;
      known.names.set(name, (known.names.get(name) ?? 0) + 1);
      counts.set(stemOf(term), known);
    }
  };
  for (const { heading, statements } of sections) {
    take(heading, IN_HEADING);
    for (const statement of statements) take(statement, 1);
  }
  return [...counts.values()]
    .sort((one, other) => other.count - one.count)
    .slice(0, most)
    .map(({ names }) => mostOf(names));
};

/** An English stem is not a word (`databas`); a Korean one is the noun. */
const nameOf = (term: Term): string => {
  const [word = ""] = term.forms;
  return /^[a-z]+$/.test(word) ? word : stemOf(term);
};

const isName = (name: string): boolean => name.length > 1 && /^\p{L}/u.test(name) && !VERB.test(name);

const mostOf = (names: ReadonlyMap<string, number>): string =>
  [...names].sort(([, one], [, other]) => other - one)[0]?.[0] ?? "";
