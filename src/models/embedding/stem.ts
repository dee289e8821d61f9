import { stemmer } from "stemmer";

/**
 * Returns a word without its grammatical ending: Korean particles and verb endings, and English endings by Porter's
 * rules. A guess by its letters: `어린이` loses its end as well. What matters is that a question and its answer lose the
 * same.
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
