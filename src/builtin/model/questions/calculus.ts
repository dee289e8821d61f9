import { rationalOf } from "../../../notation/exact.ts";
import { call, type Expression, name, number, unknowns } from "../../../notation/expression.ts";
import type { Task } from "../task.ts";
import { definitionIn, functionIn, type Given, rangeIn } from "./functions.ts";
import { type Match, type Rule, rule } from "./rule.ts";

const TO_KO = "(?:에대해서?|에대하여|에대한|에관해서?|에관하여|로)";
const FROM_TO_KO = "(?<a>{ec})(?:부터|에서)(?<b>{ec})까지의?";
const ON_KO = "(?:닫힌)?구간(?<l>{l})(?:에서의?|의)";
const FROM_TO_EN =
  "(?:from (?<a>{ec}) to (?<b>{ec})|between (?<a>{ec}) and (?<b>{ec})|(?:on|over|in)(?: interval)? (?<l>{l}))";
const BY_EN = "(?: (?:with respect to|wrt) (?<v>{v}))?";
/** In English calculus `log` is the natural logarithm; in Korean schools it is to base 10. */
const baseIn = (match: Match): "natural" | "decimal" => (match.isKorean ? "decimal" : "natural");

const given = (match: Match): Given | null => {
  const found = functionIn(match, "f", baseIn(match));
  // g'(x) is not a derivative of f.
  const [definition, derived] = [match.comparisons("f")[0], /a([fghy])$/.exec(match.word("order"))?.[1]];
  if (derived !== undefined && definition !== undefined && definitionIn(definition)?.name !== derived) return null;
  const named = match.name("v") ?? (/^[a-z]$/.test(match.word("letter")) ? match.word("letter") : null);
  return found && { of: found.of, variable: named ?? found.variable };
};

const ORDERS: readonly (readonly [RegExp, number])[] = [
  [/세번|삼계|3계|aaa/, 3],
  [/두번|이계|2계|aa/, 2],
];
const derivative = (match: Match): Task | null => {
  const found = given(match);
  if (found === null) return null;
  const order = ORDERS.find(([pattern]) => pattern.test(match.word("order")))?.[1] ?? 1;
  return { kind: "derivative", ...found, order };
};

const byDerivative = (match: Match): Task | null => {
  const by = match.derivative("d") ?? "";
  const found = functionIn(match, "f", baseIn(match));
  return found && { kind: "derivative", of: found.of, variable: by.slice(0, 1), order: Number(by.slice(1)) };
};

/** The value of a derivative at a point. */
const slopeAt = (match: Match): Task | null => {
  const found = given(match);
  const [at] = match.equations("at") ?? [];
  if (found === null || at?.left.kind !== "name" || at.left.name !== found.variable || unknowns(at.right).length > 0)
    return null;
  const variable = name(found.variable);
  return { kind: "command", command: "value", args: [call("diff", found.of, variable), variable, at.right] };
};

/** The value of `f'(3)`, of first or higher order. */
const derivativeAt = (match: Match): Task | null => {
  const [found, at] = [given(match), match.expression("x")];
  const isNumber = at?.kind === "number" || (at?.kind === "negative" && at.of.kind === "number");
  if (found === null || at === null || !isNumber) return null;
  if (unknowns(found.of).some((other) => other !== found.variable)) return null;
  const [variable, order] = [name(found.variable), /a+(?=[fghy]?$)/.exec(match.word("order"))?.[0].length ?? 1];
  const args = order === 1 ? [found.of, variable] : [found.of, variable, number(order)];
  return { kind: "command", command: "value", args: [call("diff", ...args), variable, at] };
};

/** `∫ 2x dx from 0 to 1`. */
const between = (match: Match): Task | null => {
  const [whole, range] = [match.expression("f", baseIn(match)), rangeIn(match)];
  if (whole?.kind !== "call" || whole.name !== "integrate" || range === null) return null;
  const [of, variable] = whole.args;
  if (of === undefined || variable?.kind !== "name" || (range.variable ?? variable.name) !== variable.name) return null;
  return { kind: "integral", of, variable: variable.name, bounds: { from: range.from, to: range.to } };
};

const integral = (match: Match): Task | null => {
  const found = given(match);
  if (found === null) return null;
  if (match.word("a") === "" && match.word("l") === "") return { kind: "integral", ...found, bounds: null };
  const range = rangeIn(match);
  return (
    range && {
      kind: "integral",
      of: found.of,
      variable: range.variable ?? found.variable,
      bounds: { from: range.from, to: range.to },
    }
  );
};

const limit = (match: Match): Task | null => {
  const [found, variable] = [functionIn(match, "f", baseIn(match)), match.name("x")];
  const to: Expression | null = match.word("endless") === "" ? match.expression("a") : name("Infinity");
  if (found === null || variable === null || to === null || unknowns(to).length > 0) return null;
  if (unknowns(found.of).some((other) => other !== variable)) return null;
  const side = /우|right/.test(match.word("side")) ? "right" : /좌|left/.test(match.word("side")) ? "left" : null;
  return { kind: "limit", of: found.of, variable, to, side };
};

/** From 5 to 1: it is unclear whether that counts downwards or is empty. */
const isBackwards = ({ from, to }: { readonly from: Expression; readonly to: Expression }): boolean => {
  const [a, b] = [rationalOf(from), rationalOf(to)];
  return a !== null && b !== null && b.n * a.d < a.n * b.d;
};

const sum = (match: Match): Task | null => {
  const range = rangeIn(match);
  if (range === null || isBackwards(range)) return null;
  const of = match.expression("f");
  const index = range.variable ?? (of === null ? "n" : (unknowns(of)[0] ?? "n"));
  if (of !== null && unknowns(of).some((other) => other !== index)) return null;
  return { kind: "sum", of: of ?? name(index), variable: index, bounds: { from: range.from, to: range.to } };
};

export const CALCULUS: readonly Rule[] = [
  rule(`(?:differentiate|(?:derivative|(?<order>derivativea+[fghy]?))(?: of| for)?) (?<f>{ec})${BY_EN}`, derivative),
  rule(
    "(?:if |for |let |given )?(?<f>{c}) ?,? ?(?:then |and |find |compute |calculate |what is )*(?<order>derivativea+[fghy]?)",
    derivative,
  ),
  rule(
    "(?:if |for |let |given )?(?<f>{c}) ?[,;]? ?(?:then |and |find |compute |calculate |what is )*(?<order>derivativea+[fghy]?) at (?<x>{e})",
    derivativeAt,
  ),
  rule("(?<f>{c})(?:일때|이면|에서|에대하여)?,?(?<order>derivativea+[fghy]?)at(?<x>{e})", derivativeAt),
  rule("(?<f>{e}) from (?<a>{ec}) to (?<b>{ec})", between),
  rule("(?<d>{d}) (?:of |for )?(?<f>{e})", byDerivative),
  rule("(?:derivative|derivativea) of (?<f>{ec}) at (?<at>{c})", slopeAt),
  rule(
    `(?:(?<v>{v})${TO_KO})?(?<f>{ec}){j}(?:(?<order>두번|세번)?미분|(?<order>이계|삼계|2계|3계)?도함수|(?<order>derivativea+[fghy]?))(?:한(?:것|결과|식|함수))?`,
    derivative,
  ),
  rule(`(?<f>{ec}){j}(?<v>{v})${TO_KO}(?<order>두번|세번)?(?:미분|도함수)`, derivative),
  rule("(?<d>{d})(?<f>{e})", byDerivative),
  rule("(?<f>{c})(?:일때|이면|에서)?,?(?<order>derivativea+[fghy]?)", derivative),
  rule("(?<f>{ec})의(?<at>{c})에서의?미분계수", slopeAt),
  rule(
    `(?:integrate|(?:(?:indefinite |definite )?integral|antiderivative)(?: of)?) (?<f>{ec})(?: d(?<letter>[a-z]))?${BY_EN}(?: ${FROM_TO_EN})?`,
    integral,
  ),
  rule(`(?:integrate|(?:definite )?integral) ${FROM_TO_EN} of (?<f>{ec})(?: d(?<letter>[a-z]))?`, integral),
  rule(`(?:${FROM_TO_KO}|${ON_KO})?(?<f>{ec}){j}(?:(?<v>{v})${TO_KO})?(?:부정|정)?적분(?:한(?:것|결과|값))?`, integral),
  rule(`(?<f>{ec}){j}(?:${FROM_TO_KO}|${ON_KO})정?적분(?:한값)?`, integral),
  rule(
    "limit of (?<f>{ec}) (?:as|when) (?<x>{v}) (?:approaches|goes to|tends to) (?<a>{e})(?: from (?<side>left|right))?",
    limit,
  ),
  rule(
    "(?:as|when) (?<x>{v}) (?:approaches|goes to|tends to) (?<a>{e})(?: from (?<side>left|right))? ?,? ?limit of (?<f>{ec})",
    limit,
  ),
  rule(
    "(?<x>{v})(?:(?:가|이|approaches)(?<a>{e})(?:으로|로|에)?(?:한없이|무한히)?(?:갈|다가갈|접근할|가까워질|가까이갈|수렴할|일)|(?:가|이)(?<endless>한없이커질|무한히커질))때의?,?(?<f>{ec})의?(?<side>우|좌)?극한값?",
    limit,
  ),
  rule(
    "(?<f>{ec})의(?<x>{v})(?:가|이|approaches)(?<a>{e})(?:으로|로|에)?(?:갈|다가갈|접근할|가까워질|일)때의?(?<side>우|좌)?극한값?",
    limit,
  ),
  rule("sum from (?<a>{ec}) to (?<b>{ec}) of (?<f>{e})", sum),
  rule("sum (?:of )?(?<f>{e}) (?:from|for) (?<a>{ec}) to (?<b>{ec})", sum),
  rule(
    "(?:sum|add up)(?: of)? ?(?:all )?(?:(?:natural |whole |positive )?(?:numbers|integers) )?(?:from )?(?<a>{n}) to (?<b>{n})",
    sum,
  ),
  rule(
    "sum (?:of )?first (?<b>{n}) (?:natural numbers|positive (?:integers|numbers)|positive whole numbers)",
    (match) => {
      const to = match.expression("b");
      return to && { kind: "sum", of: name("n"), variable: "n", bounds: { from: number(1), to } };
    },
  ),
  rule(
    "(?<a>{ec})(?:부터|에서)(?<b>{ec})까지의?(?:모든)?(?:자연수|정수|수)?(?:들)?의?(?:모두)?(?:합|총합|더|더한값)",
    sum,
  ),
  rule("(?<a>{ec})(?:부터|에서)(?<b>{ec})까지의?(?<f>{e})의?(?:합|총합)", sum),
  rule("(?<a>{n})(?:부터|에서)(?<b>{n})까지의?(?:모든)?(?:자연수|정수|수)?(?:들)?의?곱", (match) => {
    const range = rangeIn(match);
    if (range === null || isBackwards(range)) return null;
    return { kind: "arithmetic", of: call("product", name("n"), name("n"), range.from, range.to) };
  }),
  rule("(?<f>{e})의(?<a>{ec})(?:부터|에서)(?<b>{ec})까지의?(?:합|총합)", sum),
];
