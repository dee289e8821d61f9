/** Separate words that greet, thank or ask, and do not change what is asked. The list is closed. */
const ANYWHERE: ReadonlySet<string> = new Set(
  "좀 제발 혹시 그럼 그러면 이제 자 음 저기 저기요 안녕 안녕하세요 안녕하십니까 반가워 반갑습니다 감사합니다 고마워 고마워요 고맙습니다 부탁해 부탁해요 부탁드려요 부탁드립니다 빨리 얼른 다음 다음의 아래 아래의 주어진 여기 네 예 얘 야 여울 여울아 나에게 나한테 저에게 내게 제게 한번 다시 정확히 정확하게".split(
    " ",
  ),
);
const GIVING =
  "(?:줘|줘요|주세요|주십시오|주실래요|주실수있나요|주실수있어요|주실수있을까요|줄래|줄래요|주시겠어요|주시겠습니까|줄수있어|줄수있어요|줄수있나요|줄수있니|줄수있을까|줄수있을까요|봐|봐요|봐줘|보세요|보자|보시오|주라|주렴|주시오|줄까|라)";
const ASKING = [
  `(?:구해|계산해|알려|말해|찾아|보여|적어|나타내|가르쳐)${GIVING}`,
  `(?<![수로]분|의|[가-힣]수)해${GIVING}?`,
  "(?:하시오|하세요|하라|하여라|하자|하면|하십시오|할래|하기)",
  "(?:구하시오|구하세요|구하라|구하여라|구하면|구하십시오|구해|계산하시오|계산하세요|계산하라|계산하여라|계산하면|계산)",
  "(?:구하고|알고)싶(?:어|어요|습니다|은데|은데요)",
  "(?:뭐|무엇|뭔|얼마)(?:야|지|니|냐|죠|에요|예요|이에요|인가요|인가|가요|인지|일까|일까요|입니까|이야|이지|이죠|이니|이냐)?",
  "어떻게(?:되나요|됩니까|돼|돼요|되지|되니|되는지|되냐)",
].join("|");
/** The request at the end, with the particle before it. */
const REQUEST = new RegExp(`(?:을|를|이|가|은|는)?(?:${ASKING})$`);
/** The value of a formula is the formula itself. */
const TAIL = /(?:(?<=[\ue000-\ue8ff])의?(?:값|답|결과|정답))?(?:은|는|을|를|이|가)?$/;
const PUNCTUATION = /[\s?.!:;,~=]+$/;
const LEADING =
  /^(?:[,.!:;]+|(?:(?:연립|일차|이차)?(?:방정식|부등식)|식|문제)?(?:을|를)?(?:풀어|구해|계산해)(?:줘|주세요|라|봐|보세요)[:.,]*(?=[\ue000-\ue8ff])|(?:푸시오|구하시오|계산하시오|계산)[:.,]+(?=[\ue000-\ue8ff])|(?:식|함수|문제|수식|계산)(?=[\ue000-\ue8ff]))+/;

/**
 * Reduces a Korean question to what patterns match: no blanks, since their use varies, no politeness, and no ending
 * that only asks.
 */
export const canonicalKorean = (text: string): string => {
  const words = text
    .toLowerCase()
    .split(" ")
    .filter((word) => !ANYWHERE.has(word.replace(/[,.!~?]+$/, "")));
  let current = words.join("").replace(PUNCTUATION, "").replace(LEADING, "");
  for (let pass = 0; pass < 2; pass++) current = current.replace(REQUEST, "").replace(PUNCTUATION, "");
  return current.replace(TAIL, "").replace(LEADING, "");
};

/** Words and parts of words that no rule has to account for. */
export const KOREAN_FILLERS: readonly string[] = [
  ...ANYWHERE,
  ...(`${ASKING}|${GIVING}|${TAIL.source}|${LEADING.source}`.match(/[가-힣]+/g) ?? []),
];
