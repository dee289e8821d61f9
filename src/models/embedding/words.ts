import { stemmer } from "stemmer";

/**
 * Words that say how a sentence is built, not what it is about. No corpus stands behind the built-in embedding to tell how
 * common a word is, so the commonest are listed.
 */
export const stopWords: ReadonlySet<string> = new Set(
  `a an the of to in on at for from by with and or but nor if then than so not no as into out up down over about after
  before between is are was were be been being am do does did done can could may might must should would will shall have
  has had having i you he she we they it its him her his hers our ours your yours their theirs my mine me us them this that
  these those who whom whose what which when where why how there here one any all some each every both either more most
  other another only also just very too such own same
  그 이 저 것 거 수 때 등 및 또 또는 그리고 그러나 하지만 그래서 따라서 무엇 무엇을 무엇인가 뭐 뭘 어떻게 어떤 어느 언제 어디 어디에 어디서
  누구 누가 왜 몇 얼마 얼마나 있다 없다 있는 없는 있나 있나요 없나요 있습니다 없습니다 되나 되나요 하나 하나요 인가 인가요 한다 된다 합니다
  됩니다 해야 하면 되면 하는 되는 하고 되고 하지 한 할 된 될 대한 대해 위해 통해 경우`.split(/\s+/),
);

/**
 * A word without the ending that its sentence gave it: Korean particles and verb endings, English ones by Porter's rules.
 * A guess by its letters: `어린이` loses its end as well. What counts is that a question and its answer lose the same.
 */
export const stemOf = (word: string): string => {
  if (/[가-힣]$/.test(word)) {
    const ending = KOREAN_ENDING.exec(word)?.[0] ?? "";
    const stem = word.slice(0, word.length - ending.length);
    // A noun of two syllables may end like a particle: 재고, 회의, 증가.
    return stem.length >= 2 || (stem.length === 1 && ending.length >= 2) ? stem : word;
  }
  return /^[a-z]+$/.test(word) ? stemmer(word) : word;
};

/** Longer ones first where one ends another. */
const KOREAN_ENDING = new RegExp(
  `(?:${[
    "으로부터 에서는 에게서 으로는 으로서 으로써 이라고 이라는 하십시오",
    "습니다 합니다 됩니다 입니다 십시오 하세요 으세요 인가요 한가요 할까요",
    "세요 까요 나요 가요 에서 에게 으로 까지 부터 처럼 보다 마다 라도 이나 하고 이고 이며 하며 하면 되면 으면 하는 되는 한다 된다 는다",
    "하지 하여 해서 이면 이다 에는 에도",
    "은 는 이 가 을 를 의 에 와 과 도 로 만 나 며 고 면 다 요 지 서",
  ]
    .join(" ")
    .replaceAll(" ", "|")})$`,
);
