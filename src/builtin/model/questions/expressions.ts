import { call, type Expression, operation, some, unknowns } from "../../../notation/expression.ts";
import { evaluate } from "../evaluate.ts";
import type { Command, Rewriting, Task } from "../task.ts";
import { customary, functionIn, isPlain, rangeIn } from "./functions.ts";
import { type Match, type Rule, rule } from "./rule.ts";

const REWRITINGS: readonly (readonly [RegExp, Rewriting])[] = [
  [/^(?:인수분해|소인수분해|factor|prime)/, "factor"],
  [/^(?:전개|expand|multiply)/, "expand"],
  [/^(?:부분분수|partial)/, "partfrac"],
  [/^(?:간단|정리|약분|통분|simplif)/, "simplify"],
];
const rewriting = (match: Match): Task | null => {
  const of = match.expression("f");
  const how = REWRITINGS.find(([pattern]) => pattern.test(match.word("how")))?.[1];
  return of && how && isPlain(of) && of.kind !== "name" ? { kind: "rewrite", how, of } : null;
};

/** Returns the task of a call in the tool's own notation, `gcd(12, 18)` or `diff(x^2, x)`. */
const called = (of: Extract<Expression, { kind: "call" }>): Task | null => {
  const [f, second, third, fourth] = of.args;
  if (f === undefined) return null;
  const variable = second?.kind === "name" ? second.name : null;
  switch (of.name) {
    case "diff": {
      const order = third?.kind === "number" ? Number(third.text) : 1;
      return isPlain(f) && (second === undefined || variable !== null)
        ? { kind: "derivative", of: f, variable: variable ?? customary(f), order }
        : null;
    }
    case "integrate":
      return isPlain(f) && (second === undefined || variable !== null) && third === undefined
        ? { kind: "integral", of: f, variable: variable ?? customary(f), bounds: null }
        : null;
    case "defint":
      return second && third && isPlain(f) && fourth?.kind === "name"
        ? { kind: "integral", of: f, variable: fourth.name, bounds: { from: second, to: third } }
        : null;
    case "limit": {
      const side = fourth?.kind === "name" && (fourth.name === "left" || fourth.name === "right") ? fourth.name : null;
      const isFit =
        isPlain(f) && variable !== null && third !== undefined && unknowns(f).every((other) => other === variable);
      return isFit ? { kind: "limit", of: f, variable, to: third, side } : null;
    }
    case "sum":
      return isPlain(f) && variable !== null && third && fourth && unknowns(f).every((other) => other === variable)
        ? { kind: "sum", of: f, variable, bounds: { from: third, to: fourth } }
        : null;
    case "product":
      return isPlain(f) && variable !== null && third && fourth && unknowns(f).every((other) => other === variable)
        ? { kind: "arithmetic", of }
        : null;
    case "factor":
    case "expand":
    case "simplify":
    case "partfrac":
      return isPlain(f) && of.args.length === 1 ? { kind: "rewrite", how: of.name, of: f } : null;
    default:
      return commanded(of.name, of.args);
  }
};

const SEVERAL = /^(?:gcd|lcm|mean|median|mode|variance|deviation)$/;
const commanded = (command: string, args: readonly Expression[]): Task | null => {
  if (SEVERAL.test(command)) {
    const [first] = args;
    const values = args.length === 1 && first?.kind === "call" && first.name === "list" ? first.args : args;
    return values.length > 1 && values.every(isPlain)
      ? { kind: "command", command: command as Command, args: values }
      : null;
  }
  if (command === "mod") return args.length === 2 && args.every(isPlain) ? { kind: "command", command, args } : null;
  const isOfLists =
    /^(?:det|inverse|matmul)$/.test(command) && args.every((arg) => arg.kind === "call" && arg.name === "list");
  return isOfLists ? { kind: "command", command: command as Command, args } : null;
};

const isList = (of: Expression): boolean => of.kind === "call" && of.name === "list";

/** Returns the task of a formula without words. */
const byItself = (match: Match): Task | null => {
  const of = match.expression("f");
  if (of === null || of.kind === "number" || of.kind === "name") return null;
  if (of.kind === "call" && !isPlain(of)) return called(of);
  if (of.kind === "operation" && of.sign === "*" && isList(of.left) && isList(of.right))
    return { kind: "command", command: "matmul", args: [of.left, of.right] };
  const isNumber = unknowns(of).length === 0;
  if (!isNumber) return isPlain(of) ? { kind: "rewrite", how: "simplify", of } : null;
  const isCommand = (part: Expression): boolean =>
    part.kind === "call" && /^(?:gcd|lcm|mod|sum|product|defint)$/.test(part.name);
  const isEndless = some(of, (part) => part.kind === "name" && part.name === "Infinity");
  const isFit = isPlain(rewriteCommands(of, isCommand));
  return isFit && (!isEndless || some(of, isCommand)) ? { kind: "arithmetic", of } : null;
};

/** Replaces commands by numbers, to test whether the rest is plain. */
const rewriteCommands = (of: Expression, isCommand: (part: Expression) => boolean): Expression => {
  if (isCommand(of)) return { kind: "number", text: "1" };
  if (of.kind === "operation")
    return operation(of.sign, rewriteCommands(of.left, isCommand), rewriteCommands(of.right, isCommand));
  if (of.kind === "negative") return { ...of, of: rewriteCommands(of.of, isCommand) };
  return of.kind === "call" ? call(of.name, ...of.args.map((arg) => rewriteCommands(arg, isCommand))) : of;
};

const MAX_PLOTTED = 4;
const plot = (match: Match): Task | null => {
  const functions = match.word("fs").match(/[\ue000-\ue8ff]/g) ?? [];
  const given = functions.map((sign) => functionIn(match.only("fs", sign), "fs"));
  const of = given.flatMap((one) => (one === null ? [] : [one.of]));
  const names = unknowns(...of);
  if (of.length < functions.length || of.length === 0 || of.length > MAX_PLOTTED || names.length > 1) return null;
  const ranged = match.word("a") !== "" || match.word("l") !== "";
  const range = ranged ? rangeIn(match) : null;
  if (ranged && range === null) return null;
  const [from, to] =
    range === null ? [-10, 10] : [evaluate(range.from)?.re ?? Number.NaN, evaluate(range.to)?.re ?? Number.NaN];
  return Number.isFinite(from) && Number.isFinite(to) && from < to
    ? { kind: "plot", of, variable: names[0] ?? "x", from, to }
    : null;
};

const RANGE_EN =
  "(?: (?:from|between) (?<a>{ec}) (?:to|and) (?<b>{ec})| (?:on|over|for|in)(?: interval)?(?: {v} in)? (?<l>{l}))?";
const RANGE_KO = "(?:(?<a>{ec})(?:부터|에서)(?<b>{ec})까지(?:의|에서)?|(?:구간)?(?<l>{l})에서의?)?";
const DRAWN_KO =
  "(?:의)?(?:그래프)?{j}(?:그려(?:줘|주세요|줘요|라|봐|보세요|주라|주십시오|줄래|줄래요)?|그리시오|그리세요|그리기|그리)?";

export const EXPRESSIONS: readonly Rule[] = [
  rule("(?:solve )?(?<f>{e})", byItself),
  rule(
    "(?:(?<how>factor(?:i[sz]e)?|expand|multiply out|simplify|prime factori[sz]ation of|partial fractions? (?:decomposition )?of)) (?:polynomial )?(?<f>{e})",
    rewriting,
  ),
  rule("(?:decompose )?(?<f>{e}) (?:in|into) (?<how>partial) fractions", rewriting),
  rule(
    "(?<f>{e}){j}(?<how>인수분해|소인수분해|전개|간단|정리|약분|통분|부분분수)(?:히|하게)?(?:정리)?(?:로)?(?:분해|전개)?(?:한(?:식|결과|것))?",
    rewriting,
  ),
  rule(
    `(?:plot|(?:draw|sketch|plot)(?: (?:graph|plot|curve)(?: of)?)?|graph(?: of)?)(?: functions?)? (?<fs>{ec+})${RANGE_EN}`,
    plot,
  ),
  rule(`${RANGE_KO}(?:함수)?(?<fs>{ec+})(?=.*(?:그래프|그려|그리))${DRAWN_KO}`, plot),
  rule(
    `(?:함수)?(?<fs>{ec+})(?:의)?(?:그래프)?{j}(?:(?<a>{ec})(?:부터|에서)(?<b>{ec})까지)(?=.*(?:그래프|그려|그리))${DRAWN_KO}`,
    plot,
  ),
];
