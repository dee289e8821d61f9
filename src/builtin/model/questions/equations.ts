import {
  type Comparison,
  call,
  type Expression,
  operation,
  rewrite,
  substitute,
  unknowns,
} from "../../../notation/expression.ts";
import type { Task } from "../task.ts";
import { definitionIn, isPlain, zero } from "./functions.ts";
import { equationOf, type Match, type Rule, rule } from "./rule.ts";

const MAX_COMPARISONS = 6;

/** Orders unknowns, the most usual first. */
const byCustom = (names: readonly string[]): readonly string[] => {
  const rank = (name: string): number => {
    const at = "xyzwtuv".indexOf(name);
    return at < 0 ? 99 : at;
  };
  return [...names].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
};

/**
 * Returns the task for equations, inequalities, or equations within bounds. Null when it is unclear what to solve for,
 * or when there is nothing to solve.
 */
const solving = (comparisons: readonly Comparison[], requested: readonly string[], isReal = false): Task | null => {
  if (comparisons.length === 0 || comparisons.length > MAX_COMPARISONS) return null;
  if (!comparisons.every(({ sides, relations }) => sides.every(isPlain) && !relations.includes("≠"))) return null;
  const equations = comparisons.map(equationOf).filter((equation) => equation !== null);
  const within = comparisons.filter((comparison) => equationOf(comparison) === null);
  if (within.some(({ relations }) => relations.includes("="))) return null;
  const names = byCustom(unknowns(...comparisons.flatMap(({ sides }) => sides)));
  const [first] = names;
  if (first === undefined || requested.some((name) => !names.includes(name))) return null;
  if (equations.length === 0) return names.length === 1 ? { kind: "inequalities", of: within, variable: first } : null;
  // `x^2 = 4, x^2 = 9` may be one question or two.
  if (equations.length > 1 && names.length === 1) return null;
  if (within.length > 0 && (equations.length > 1 || names.length > 1)) return null;
  const variables = requested.length > 0 && names.length > equations.length ? requested : names;
  return variables.length <= equations.length ? { kind: "equations", equations, variables, within, isReal } : null;
};

const namesIn = (match: Match, group: string): readonly string[] =>
  match.expressions(group).flatMap((one) => (one.kind === "name" ? [one.name] : []));

const solve = (match: Match): Task | null =>
  solving(
    [...match.comparisons("c"), ...match.comparisons("r")],
    [...namesIn(match, "v"), ...namesIn(match, "w")],
    match.word("real") !== "",
  );

/** `2:3 = x:6`: the comparison in the middle contains one inner member of each ratio. */
const proportion = (match: Match): Task | null => {
  const [a, b] = [match.expression("a"), match.expression("b")];
  const [middle] = match.equations("c") ?? [];
  if (a === null || b === null || middle === undefined) return null;
  const sides = [operation("/", a, middle.left), operation("/", middle.right, b)];
  return solving([{ sides, relations: ["="] }], []);
};

const zerosOf = (match: Match): Task | null => {
  const of = match.expression("f");
  return of && solving([{ sides: [of, zero], relations: ["="] }], [], match.word("real") !== "");
};

/** Both square roots of a number, which is what 제곱근 means in Korean schools. */
const squareRoots = (match: Match): Task | null => {
  const of = match.expression("f");
  const square = operation("^", { kind: "name", name: "x" }, { kind: "number", text: "2" });
  return of && unknowns(of).length === 0 ? solving([{ sides: [square, of], relations: ["="] }], []) : null;
};

/** Evaluates `f(2)` when f is given. */
const applied = (of: Expression, definitions: readonly Comparison[]): Expression => {
  const known = definitions.map(definitionIn).filter((definition) => definition !== null);
  return rewrite(of, (part) => {
    const definition = part.kind === "call" ? known.find(({ name }) => name === part.name) : undefined;
    const [argument] = part.kind === "call" ? part.args : [];
    return definition && argument ? substitute(definition.of, new Map([[definition.variable, argument]])) : part;
  });
};

/** The value of an expression under given values of its unknowns, or given equations that they satisfy. */
const valueGiven = (match: Match): Task | null => {
  const of = match.expression("f");
  const equations = match.equations("c");
  if (of === null || equations === null || equations.length === 0) return null;
  const values = new Map<string, Expression>();
  for (const { left, right } of equations)
    if (left.kind === "name" && unknowns(right).length === 0) values.set(left.name, right);
  if (values.size === equations.length) {
    const result = substitute(of, values);
    return unknowns(result).length === 0 && isPlain(result) && isComposite(of)
      ? { kind: "arithmetic", of: result }
      : null;
  }
  const names = unknowns(...equations.flatMap(({ left, right }) => [left, right]));
  const isFit = isPlain(of) && equations.every(({ left, right }) => isPlain(left) && isPlain(right));
  if (
    !isFit ||
    !isComposite(of) ||
    names.length > equations.length ||
    unknowns(of).some((name) => !names.includes(name))
  )
    return null;
  const zeros = equations.map(({ left, right }) => operation("-", left, right));
  return { kind: "command", command: "value", args: [of, call("list", ...zeros)] };
};

const isComposite = (of: Expression): boolean => of.kind !== "number" && of.kind !== "name";

const functionValue = (match: Match): Task | null => {
  const of = match.expression("f");
  const result = of && applied(of, match.comparisons("c"));
  const isApplied = result !== null && result !== of && isPlain(result) && unknowns(result).length === 0;
  return isApplied ? { kind: "arithmetic", of: result } : null;
};

const NOUNS_EN =
  "(?:(?:following|this|given|system|simultaneous|linear|quadratic|cubic|equations?|inequalit(?:y|ies)|of|pair)[:,]? ?)*";
const FOR_EN = "(?: ?,? ?(?:solve |find |what is |and )*(?:for |in )?(?<w>{v+}))?";
const NOUNS_KO = "(?:(?:일차|이차|삼차|연립|지수|로그|삼각|무리|분수)?(?:방정식|부등식)|식|조건)?";
const DONE_KO =
  "(?:풀어(?:줘|주세요|줘요|라|보자|봐|보세요|주라|주십시오|줄래|줄래요|주실래요|주시겠어요|줄수있어|줄수있나요)?|푸시오|푸세요|풀이|풀면|풀자|풀기|풀)?";
const ROOTS_KO = "(?:(?<real>실수)?해|(?<real>실)?근|풀이)?{j}";
const IF_KO =
  "(?:일때|이면|면|라면|이라면|라하면|이라하면|라고하면|이라고하면|을만족할때|를만족할때|을만족하면|를만족하면|인|을대입하면|를대입하면)";

export const EQUATIONS: readonly Rule[] = [
  rule("(?<c>{c+})", solve),
  rule(
    `(?:solve|(?<real>real )?(?:roots?|zeros?|solutions?)(?: of| to| for)) ?(?:for (?<v>{v+}) ?[:,]? ?(?:if|in|when|given|where)? ?)?${NOUNS_EN}(?<c>{c+})(?: (?:for|where|when|with|on|if) (?<r>{c}))?${FOR_EN}`,
    solve,
  ),
  rule("(?<c>{c}) (?:for|where|on) (?<r>{c})", solve),
  rule("(?<w>{v+}) ?: ?(?<c>{c+})", solve),
  rule("(?:(?<w>{v})의값:(?<c>{c+})|(?<c>{c+}),(?<w>{v}))", solve),
  rule("(?<w>{v+}) (?:if|when|where|given(?: that)?|such that|so that|that satisf(?:y|ies)) (?<c>{c+})", solve),
  rule("(?:if|when|given(?: that)?) (?<c>{c+}) ?,? ?(?:then |find |what is |solve for |calculate )*(?<w>{v})", solve),
  rule("(?<real>real )?(?:roots?|zeros?|solutions?) (?:of|to|for) (?:polynomial |quadratic )?(?<f>{e})", zerosOf),
  rule(
    `(?:(?<v>{v})에(?:대한|관한))?${NOUNS_KO}(?<c>{c+}){j}(?:에서)?${NOUNS_KO}{j}(?:(?<w>{v})(?:에대해서?|에대하여|에대한|에관하여))?${ROOTS_KO}${DONE_KO}`,
    solve,
  ),
  rule(`${NOUNS_KO}(?<c>{c+}){j}(?:만족하는|만족시키는|성립하는|성립하게하는|되는)(?<w>{v+})`, solve),
  rule(`${NOUNS_KO}(?<c>{c+})(?:일때|이면|에서)의?,?(?<w>{v})`, solve),
  rule(`(?<r>{c})(?:일때|에서|인범위에서),?${NOUNS_KO}(?<c>{c}){j}${NOUNS_KO}{j}${ROOTS_KO}${DONE_KO}`, solve),
  rule(`${NOUNS_KO}(?<c>{c}){j}${NOUNS_KO}{j}${ROOTS_KO}${DONE_KO},?단,?(?<r>{c})`, solve),
  rule("(?:solve )?(?<a>{e}) ?: ?(?<c>{c}) ?: ?(?<b>{e})(?: for {v})?", proportion),
  rule(`(?:비례식)?(?<a>{e}):(?<c>{c}):(?<b>{e}){j}(?:만족하는{v}|{v})?${DONE_KO}`, proportion),
  rule("(?<f>{e})의제곱근", squareRoots),
  rule("(?<f>{e}) (?:when|if|where|for|at|given(?: that)?) (?<c>{c+})", valueGiven),
  rule(
    "(?:if|when|given(?: that)?|for|let|where) (?<c>{c+}) ?,? ?(?:then |find |what is |evaluate |compute |calculate )*(?:value of )?(?<f>{e})",
    valueGiven,
  ),
  rule(`(?<c>{c+})${IF_KO}의?,?(?<f>{e})`, valueGiven),
  rule("(?<f>{e})에(?<c>{c+}){j}대입(?:한값)?", valueGiven),
  rule(
    "(?:if |let |given |for |when )?(?<c>{c+}) ?[,;]? ?(?:then |and |find |what is |evaluate |compute |calculate |value of )*(?<f>{e})",
    functionValue,
  ),
  rule(`(?<c>{c+})(?:${IF_KO}|에서|에대하여|에대해|,|;)?의?,?(?<f>{e})`, functionValue),
];
