/** English words that only ask, around a formula that stands for itself. */
const ENGLISH: ReadonlySet<string> = new Set(
  "a an the what whats is are of value result answer how much equal equals to calculate compute evaluate work out find me please can could you tell give show for this that so now then and also hi hello hey ok thanks thank i want need know it with by s do does exactly where when if at let be have solve using".split(
    " ",
  ),
);

/** Korean: stems and endings of the same. What is left when they are taken away is talk of something else. */
const KOREAN =
  /그럼|그러면|그리고|다음|식|계산|얼마|무엇|무슨|뭐|몇|알려|구해|구하|풀어|풀이|값|답|결과|정답|해주|해줘|해봐|하면|하세요|하시오|주세요|줄래|줘|봐|인가요|일까요|이에요|이야|예요|나요|까요|입니까|니까|이고|일때|일|때|좀|은|는|이|가|을|를|의|와|과|요|야|지|죠|해|하|고|에서|에|로|으로|안녕/g;

/** True when the words around a formula say no more than "what is it?". */
export const isOnlyAsking = (words: readonly string[]): boolean =>
  words.length <= 16 &&
  words.every((word) => (/^[a-z]/.test(word) ? ENGLISH.has(word) : word.replace(KOREAN, "").length <= 1));
