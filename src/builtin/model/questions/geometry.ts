import { type Expression, name, unknowns } from "../../../notation/expression.ts";
import type { Command, Task } from "../task.ts";
import { endIn, functionIn, isPlain } from "./functions.ts";
import { type Match, type Rule, rule } from "./rule.ts";

const isTuple = (of: Expression | null, kind: "list" | "point"): of is Extract<Expression, { kind: "call" }> =>
  of?.kind === "call" && of.name === kind && of.args.every((arg) => isPlain(arg));

const ofPoints =
  (command: Command) =>
  (match: Match): Task | null => {
    const [a, b] = [match.expression("p"), match.expression("q")];
    return isTuple(a, "point") && isTuple(b, "point") && a.args.length === b.args.length
      ? { kind: "command", command, args: [a, b] }
      : null;
  };

const ofFunction =
  (command: Command) =>
  (match: Match): Task | null => {
    const found = functionIn(match, "f");
    if (found === null || unknowns(found.of).some((other) => other !== found.variable)) return null;
    return { kind: "command", command, args: [found.of, name(found.variable)] };
  };

const tangent = (match: Match): Task | null => {
  const [found, at, point] = [functionIn(match, "f"), endIn(match, "a"), match.expression("p")];
  const x = isTuple(point, "point") ? point.args[0] : at?.value;
  if (found === null || x === undefined || unknowns(found.of).some((other) => other !== found.variable)) return null;
  if (at?.variable != null && at.variable !== found.variable) return null;
  return {
    kind: "command",
    command: "tangent",
    args: [found.of, name(found.variable), x, ...(isTuple(point, "point") ? point.args.slice(1) : [])],
  };
};

const isMatrix = (of: Expression): boolean =>
  of.kind === "call" && of.name === "list" && of.args.length > 0 && of.args.every((row) => isTuple(row, "list"));
const ofMatrix =
  (command: Command) =>
  (match: Match): Task | null => {
    const args = match.expressions("l");
    return args.length > 0 && args.every(isMatrix) ? { kind: "command", command, args } : null;
  };

export const GEOMETRY: readonly Rule[] = [
  rule("distance (?:between|from) (?:points? )?(?<p>{l})(?:,| and | to | ) ?(?<q>{l})", ofPoints("distance")),
  rule(
    "(?:slope|gradient) of (?:line )?(?:(?:that )?(?:through|passes through|passing through|between|joining|connecting|from) )?(?:points? )?(?<p>{l})(?:,| and | to | ) ?(?<q>{l})",
    ofPoints("slope"),
  ),
  rule("midpoint (?:of|between) (?:points? )?(?<p>{l})(?:,| and | ) ?(?<q>{l})", ofPoints("midpoint")),
  rule("(?:두)?점?(?<p>{l})(?:와|과|,|에서)점?(?<q>{l})(?:까지)?(?:의)?(?:사이의?)?거리", ofPoints("distance")),
  rule("(?:두)?점?(?<p>{l})(?:와|과|,)점?(?<q>{l})(?:을|를)?(?:지나는|잇는)?(?:직선)?의?기울기", ofPoints("slope")),
  rule("(?:두)?점?(?<p>{l})(?:와|과|,)점?(?<q>{l})(?:을잇는선분)?의?(?:중점|중점의좌표)", ofPoints("midpoint")),
  rule("vertex of (?:parabola |graph of |function )?(?<f>{ec})", ofFunction("vertex")),
  rule("(?:(?:이차)?함수|포물선)?(?<f>{ec})(?:의|의그래프의)?꼭짓점(?:의?좌표)?", ofFunction("vertex")),
  rule(
    "(?:local )?(?:extrema|extremum|extreme values?|maxima and minima|extreme points?) of (?:function )?(?<f>{ec})",
    ofFunction("extrema"),
  ),
  rule("(?:(?:삼차|이차|사차)?함수)?(?<f>{ec})의?(?:극값|극댓값과극솟값|극대와극소|극점)", ofFunction("extrema")),
  rule(
    "(?:equation of )?tangent(?: line)? (?:to|of) (?:curve |graph of |function )?(?<f>{ec}) (?:at|in)(?: point)? (?:(?<a>{ec})|(?<p>{l}))",
    tangent,
  ),
  rule(
    "(?:곡선|함수)?(?<f>{ec})의?(?:위의점)?(?:(?<a>{ec})|점?(?<p>{l}))(?:에서|에서의)의?접선(?:의?방정식|의식)?",
    tangent,
  ),
  rule("(?:determinant|det)(?: of)?(?: matrix)? (?<l>{l})", ofMatrix("det")),
  rule("inverse(?: matrix)?(?: of)?(?: matrix)? (?<l>{l})", ofMatrix("inverse")),
  rule("(?:행렬)?(?<l>{l})의?행렬식(?:의값)?", ofMatrix("det")),
  rule("(?:행렬)?(?<l>{l})의?역행렬", ofMatrix("inverse")),
];
