import { stemmer } from "stemmer";
import { comparable, ENDING_SIGNS, JOINED, JOINT, leading } from "./signs.ts";

/**
 * A word of a text, as search compares it: lower case, in Unicode's form NFKC, with the signs that distinguish names
 * (`c++`).
 */
export interface Term {
  /** The word itself and, when it differs, the word without its ending, last. Either one matches the word. */
  readonly forms: readonly string[];
  /**
   * Its parts, which match less precisely: `abc` and `12345` of `abc-12345`, two- and three-syllable sequences of 재고관리.
   */
  readonly parts: readonly string[];
}

/**
 * A longer one is not a word: base64, a picture made of characters. Also well below the 2 kB that Postgres allows a
 * lexeme.
 */
const LONGEST = 64;

const HANGUL = /^[가-힣]+$/u;
const LATIN = /^[a-z]+$/u;
/** Sequences of one script or of digits, as in `4시간`, `20mm`, `api를`. */
const RUNS = /[가-힣]+|\p{N}+|[^가-힣\p{N}]+/gu;

/** Scripts without spaces, which need a dictionary to be segmented. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
const dictionary = new Intl.Segmenter("ko", { granularity: "word" });

/**
 * Returns all words of a text in order. Linear in its length. Meant for a chunk or a question, not for a book at once.
 */
export const termsOf = (text: string): readonly Term[] => {
  const terms: Term[] = [];
  for (const [, sign, joined = ""] of comparable(text).matchAll(JOINED)) {
    // 입고/출고 is two words; abc-12345, v2.1 and read-only are one word each, with parts.
    const isOne = !JOINT.test(joined) || (joined.length <= LONGEST && /[a-z\d]/u.test(joined));
    if (isOne && !UNSPACED.test(joined)) terms.push(sign === undefined ? termOf(joined) : signedTerm(sign, joined));
    else for (const piece of joined.split(JOINT)) terms.push(...wordsOf(piece).map(termOf));
  }
  return terms.filter(({ forms }) => forms[0] !== undefined && forms[0].length <= LONGEST);
};

const wordsOf = (piece: string): readonly string[] =>
  UNSPACED.test(piece) ? Array.from(dictionary.segment(piece), ({ segment }) => segment) : [piece];

const termOf = (word: string): Term => {
  const forms = formsOf(word);
  const stem = forms.at(-1) ?? word;
  const parts = HANGUL.test(stem)
    ? [...grams(stem, 2), ...grams(stem, 3)]
    : stem.split(JOINT).flatMap((piece) => (piece.match(RUNS) ?? []).flatMap(partsOf));
  return { forms, parts: parts.filter((part) => /^[\p{L}\p{M}\p{N}]/u.test(part) && !forms.includes(part)) };
};

/** Returns the forms of a sequence within a word. `notepad++` also matches notepad, but C++ does not match C. */
const partsOf = (run: string): readonly string[] => {
  const bare = run.replace(ENDING_SIGNS, "");
  return bare === run || bare.length < 2 ? formsOf(run) : [run, ...formsOf(bare)];
};

/** The sign belongs to the word; the word without it is a part. */
const signedTerm = (sign: string, word: string): Term => {
  const { forms, parts } = termOf(word);
  return { forms: forms.map((form) => leading(sign) + form), parts: [...forms, ...parts] };
};

/** Returns the word, and its stem when that differs. */
const formsOf = (word: string): readonly string[] => {
  const stem = LATIN.test(word) ? stemmer(word) : withoutEnding(word);
  return stem === word ? [word] : [word, stem];
};

/**
 * Returns all sequences of `size` syllables. Korean compounds and inflects its words: two syllables are most of its
 * nouns, and three, a trigram, find a longer noun inside a compound.
 */
const grams = (word: string, size: number): readonly string[] =>
  Array.from({ length: Math.max(0, word.length - size + 1) }, (_, at) => word.slice(at, at + size));

/** Particles, and the endings of 하다, 되다 and 이다: what follows a noun. */
const ENDINGS = new Set(
  `은 는 이 가 을 를 의 에 와 과 도 로 만 랑 께 나 야 에서 에게 한테 으로 부터 까지 처럼 보다 마다 이나 이랑 하고 조차 밖에 대로 만큼 이란 에는 에도 에만
  로는 로도 와는 과는 에서는 에서도 으로는 으로도 부터는 까지는 까지도 에게는 에게서 한테서 으로서 으로써 로서 로써 이라는 이라고 이라도 이라면 라는 라고 라도
  인가 인가요 인지 이며 이고 이면 입니다 입니까 이다 인데 이었다 였다 예요 이에요 이죠
  하는 하여 해서 하면 하고 하지 하며 하기 하게 하자 하려면 하려고 하도록 한다 했다 해야 해도 해요 하나요 할까 할까요 합니다 합니까 했습니다 하십시오 하세요 한 할 함 해 했던 하던
  되는 되어 돼서 되면 되고 되지 되며 된다 됐다 되었다 되나요 됩니다 됩니까 됐습니다 되었습니다 되도록 된 될 됨 돼 돼야 되어야`.split(
    /\s+/u,
  ),
);
const LONGEST_ENDING = 5;
/** The only endings that may follow a single syllable: hardly any noun ends in one of these by itself. */
const AFTER_ONE = new Set(["을", "를", "에서", "으로", "부터", "까지"]);

/**
 * Cuts the longest known ending. This is a guess (어린이 becomes 어린), so the word itself is a form too. The ending may
 * follow any script: `api를`, `4시간까지`.
 */
const withoutEnding = (word: string): string => {
  for (let length = Math.min(LONGEST_ENDING, word.length - 1); length > 0; length--) {
    const ending = word.slice(-length);
    if (!ENDINGS.has(ending)) continue;
    // The character that joined the ending to the word goes with it: `b/는`.
    const stem = word.slice(0, -length).replace(/[-_.·/]$/u, "");
    if (stem.length > 1 || AFTER_ONE.has(ending) || !HANGUL.test(stem)) return stem;
  }
  return word;
};
