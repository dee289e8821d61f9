/** What columns are about, in the words that headers and questions use, so that 재고 matches a column `qty`. */
const CONCEPTS = {
  stock: "재고 재고량 재고수량 현재고 수량 잔량 보유량 stock quantity qty inventory units",
  price: "단가 가격 판매가 정가 금액 값 비용 요금 price cost rate amount fee",
  place: "창고 위치 보관 장소 지점 매장 warehouse location depot site branch store",
  part: "부품 품번 부품번호 품목 제품 상품 물품 part item sku product",
  name: "이름 품명 명칭 부품명 제품명 상품명 성명 name title",
  sales: "매출 매출액 판매 판매량 sales revenue sold",
  kind: "분류 종류 유형 구분 카테고리 category type kind",
  maker: "공급처 공급사 업체 거래처 제조사 supplier vendor maker manufacturer",
  team: "부서 팀 소속 department dept team",
  person: "이름 성명 사람 직원 사원 담당자 person employee staff",
  pay: "연봉 급여 월급 임금 salary wage pay",
  age: "나이 연령 age",
  region: "지역 도시 권역 region city area",
  weight: "무게 중량 weight",
  length: "길이 length",
  identifier: "번호 코드 아이디 전화 전화번호 우편번호 id no number code phone zip",
} as const;
export type Concept = keyof typeof CONCEPTS;

const BY_WORD: ReadonlyMap<string, Concept> = new Map(
  Object.entries(CONCEPTS).flatMap(([concept, words]) =>
    words.split(" ").map((word) => [word, concept as Concept] as const),
  ),
);

export const conceptOf = (word: string): Concept | undefined => BY_WORD.get(word);

/** Adjectives that imply what is compared: the most expensive row is the one with the largest price. */
const IMPLIED: readonly (readonly [RegExp, Concept])[] = [
  [/비싼|비싸|(?<!\p{L})싼|(?<!\p{L})싸|저렴|expensive|cheap|costl|pric[ei]/iu, "price"],
  [/무거|무겁|가벼|가볍|heav|lightest/iu, "weight"],
  [/(?<!\p{L})긴|짧은|longest|shortest/iu, "length"],
];

export const impliedConcept = (text: string): Concept | null =>
  IMPLIED.find(([pattern]) => pattern.test(text))?.[1] ?? null;
