import { type Concept, impliedConcept } from "./concepts.ts";
import { lookedAt, QuestionText } from "./question-text.ts";

export type Operation = "sum" | "average" | "median" | "max" | "min" | "count";

/** A bound that a number must satisfy. */
export interface Comparison {
  readonly is: "<" | "<=" | ">" | ">=";
  readonly bound: number;
}

/** What a question asks of a table, as far as its words tell without the table. */
export interface TableQuery {
  readonly text: QuestionText;
  /** Null: the rows themselves. */
  readonly operation: Operation | null;
  /** Words that may name the column to group by. */
  readonly groups: readonly string[];
  readonly comparisons: readonly Comparison[];
  /** How many of the largest or smallest. Null: all that share the extreme value. */
  readonly top: number | null;
  /** The question asks for all rows. */
  readonly isList: boolean;
  /** The quantity that an adjective implies. */
  readonly implied: Concept | null;
  /** The question without the words understood so far. The rest may name rows and columns. */
  readonly rest: string;
}

const MAX_TOP = 50;

const OPERATIONS: readonly (readonly [Operation, RegExp])[] = [
  ["average", /평균(?:적인)?|\b(?:average|mean|avg)\b/giu],
  ["median", /중앙값|중간값|\bmedian\b/giu],
  [
    "min",
    /최소(?:값)?|최저|최솟값|하위|(?:가장|제일)\s*(?:적|낮|작|싼|싸|저렴|가벼|짧|이른|빠른)\p{L}*|(?:가장|제일)(?=\s+(?:\p{L}{1,12}\s+){1,2}(?:적|낮|작|싼|싸|저렴|가벼|짧|이른|빠른))|\b(?:min(?:imum)?|lowest|least|smallest|fewest|cheapest|lightest|shortest|earliest|bottom)\b/giu,
  ],
  [
    "max",
    /최대(?:값)?|최고|최댓값|상위|(?:가장|제일)\s*(?:많|높|큰|크|비싼|비싸|무거|긴|길|늦은)\p{L}*|(?:가장|제일)(?=\s+(?:\p{L}{1,12}\s+){1,2}(?:많|높|큰|크|비싼|비싸|무거|긴|길|늦은))|\b(?:max(?:imum)?|highest|most(?:\s+expensive)?|largest|greatest|biggest|heaviest|longest|latest|top)\b/giu,
  ],
  [
    "sum",
    /합계|총합|총계|합산|총액|(?<!\p{L})합(?=[은이을]?(?!\p{L}))|(?:모두|전부|다)\s*(?:더|합)\p{L}*|\b(?:total|sum|altogether|combined)\b/giu,
  ],
  [
    "count",
    /몇\s*(?:개|종류|종|가지|건|곳|군데|명|대|행|줄)|개수|갯수|건수|가짓수|\b(?:how many|number of|count)\b/giu,
  ],
  ["sum", /(?<!\p{L})(?:총|전체)(?=\s)/giu],
];

const BOUNDS: readonly (readonly [Comparison["is"], RegExp])[] = [
  [
    "<=",
    /(?<![\d,.])([\d,.]{1,40})\s*\p{L}{0,4}?\s*이하\p{L}*|(?:at most|no more than|up to|<=|≤)\s*[₩$€£]?([\d,.]{1,40})/giu,
  ],
  [
    "<",
    /(?<![\d,.])([\d,.]{1,40})\s*\p{L}{0,4}?\s*(?:미만|보다\s*(?:적|작|낮|싼|싸))\p{L}*|(?:under|below|less than|fewer than|cheaper than|<)\s*[₩$€£]?([\d,.]{1,40})/giu,
  ],
  [
    ">=",
    /(?<![\d,.])([\d,.]{1,40})\s*\p{L}{0,4}?\s*이상\p{L}*|(?:at least|no less than|>=|≥)\s*[₩$€£]?([\d,.]{1,40})/giu,
  ],
  [
    ">",
    /(?<![\d,.])([\d,.]{1,40})\s*\p{L}{0,4}?\s*(?:초과|보다\s*(?:많|크|큰|높|비싼|비싸)|넘는)\p{L}*|(?:over|above|more than|greater than|>)\s*[₩$€£]?([\d,.]{1,40})/giu,
  ],
];

/** Nothing is left in stock. */
const NONE = /재고(?:가|는|량이)?\s*(?:없는|0인)|품절\p{L}*|소진\p{L}*|\b(?:out of stock|sold out)\b/giu;
/** An order asks for all rows, sorted. */
const DESCENDING = /(?:많|높|큰|크|비싼|비싸)\p{L}{0,2}\s*순\p{L}*|내림차순\p{L}*|\bdescending\b/giu;
const ASCENDING = /(?:적|낮|작|싼|싸|저렴)\p{L}{0,2}\s*순\p{L}*|오름차순\p{L}*|\bascending\b/giu;

const GROUPS: readonly RegExp[] = [
  /([\p{L}\p{N}_]{1,20})별(?:로)?(?![\p{L}])/giu,
  /(?<!\p{L})각\s+([\p{L}\p{N}_]{1,20}?)(?:의|마다)?(?![\p{L}\p{N}_])/giu,
  /([\p{L}\p{N}_]{1,20})마다(?!\p{L})/giu,
  /\b(?:grouped by|by|per|(?:for|in|of|at) (?:each|every)|each|every)\s+([a-z_]{2,30}(?:\s[a-z_]{2,30})?)/giu,
];

const TOP =
  /(?:상위|하위|top|bottom)\s*(\d{1,3})|(\d{1,3})\s*(?:개|곳|종|가지|명)(?=[은는을를만의]?(?!\p{L}))|\b(\d{1,2})\s+(?=most|highest|lowest|cheapest|largest|smallest|fewest)/iu;
const LIST = /목록|리스트|나열|보여\p{L}*|모두|전부|전체|모든|\b(?:list|show|all|every|which)\b|어떤|무슨/giu;

/** Pure. Reads at most 2,000 characters of the question. */
export const tableQueryOf = (question: string): TableQuery => {
  let rest = lookedAt(question);
  const take = (pattern: RegExp): readonly (readonly string[])[] => {
    const found = [...rest.matchAll(pattern)].map((match) => match.slice(1).filter((group) => group !== undefined));
    rest = rest.replace(pattern, " ");
    return found;
  };
  const isNone = take(NONE).length > 0;
  const implied = isNone ? "stock" : impliedConcept(rest);
  const order = take(DESCENDING).length > 0 ? "max" : take(ASCENDING).length > 0 ? "min" : null;
  const bounds = BOUNDS.flatMap(([is, pattern]) =>
    take(pattern).flatMap(([text = ""]) => {
      const bound = Number(text.replaceAll(",", "").replace(/\.$/, ""));
      return Number.isFinite(bound) && text !== "" ? [{ is, bound }] : [];
    }),
  );
  const groups = GROUPS.flatMap((pattern) => take(pattern).flat());
  const ranked = TOP.exec(rest);
  const found = OPERATIONS.filter(([, pattern]) => take(pattern).length > 0).map(([operation]) => operation);
  const operation = order ?? found[0] ?? null;
  const isExtreme = operation === "max" || operation === "min";
  const top = isExtreme && ranked !== null ? Number(ranked.slice(1).find((text) => text !== undefined)) : null;
  if (top !== null) rest = rest.replace(TOP, " ");
  const isList = take(LIST).length > 0;
  return {
    text: new QuestionText(question),
    operation,
    groups,
    comparisons: isNone ? [{ is: "<=", bound: 0 }, ...bounds] : bounds,
    top: top === null ? (order === null ? null : MAX_TOP) : Math.min(Math.max(top, 1), MAX_TOP),
    isList,
    implied,
    rest,
  };
};
