import { call, type Expression, number, operation, product, some } from "../../../notation/expression.ts";
import type { Command, Task } from "../task.ts";
import { isPlain } from "./functions.ts";
import { type Match, type Rule, rule } from "./rule.ts";

const arithmetic = (of: Expression | null): Task | null =>
  of !== null && isPlain(of) ? { kind: "arithmetic", of } : null;
const joined = (sign: "+" | "-" | "*" | "/", match: Match, ...groups: readonly string[]): Task | null => {
  const parts = groups.flatMap((group) => match.expressions(group));
  const [first, ...rest] = parts;
  // 10% less than 100 may be 90 or 99.9.
  const isShare = (sign === "+" || sign === "-") && groups.some((group) => match.isPercent(group));
  return first === undefined || rest.length === 0 || !parts.every(isPlain) || !match.isClear(...groups) || isShare
    ? null
    : arithmetic(rest.reduce((all, part) => (sign === "*" ? product(all, part) : operation(sign, all, part)), first));
};

/** Returns the values in a written-out list, or in one in brackets. */
const valuesIn = (match: Match): readonly Expression[] =>
  match
    .expressions("l")
    .flatMap((one) => (one.kind === "call" && (one.name === "list" || one.name === "point") ? one.args : [one]));

const ofSeveral =
  (command: Command) =>
  (match: Match): Task | null => {
    const args = valuesIn(match);
    return args.length > 1 && args.every(isPlain) && match.isClear("l") ? { kind: "command", command, args } : null;
  };

const remainder = (match: Match): Task | null => {
  const quotient = match.expression("q");
  if (quotient?.kind === "operation" && quotient.sign === "/")
    return { kind: "command", command: "mod", args: [quotient.left, quotient.right] };
  const [a, b] = [match.expression("a"), match.expression("b")];
  // In -7 mod 3 and 1 + 17 mod 5 it is unclear what the remainder applies to.
  const isOne = a?.kind === "number" || (a?.kind === "operation" && a.sign === "^" && a.left.kind === "number");
  return a && b && isOne ? { kind: "command", command: "mod", args: [a, b] } : null;
};

const ofOne =
  (function_: "abs" | "factorial") =>
  (match: Match): Task | null => {
    const of = match.expression("f");
    const isComplex = of !== null && some(of, (part) => part.kind === "name" && part.name === "i");
    // In 3 - 5의 절댓값 it may apply to 5 alone.
    const isOpen = of?.kind === "operation" && (of.sign === "+" || of.sign === "-") && !isComplex;
    return of && !isOpen && match.isClear("f") ? arithmetic(call(function_, of)) : null;
  };
const absolute = ofOne("abs");
const factorial = ofOne("factorial");
const choice = (match: Match): Task | null => {
  const [n, k] = [match.expression("n"), match.expression("k")];
  return n && k && arithmetic(call("binomial", n, k));
};

const partOf = (match: Match): Task | null => joined("*", match, "a", "b");
const percentOf = (match: Match): Task | null => {
  const [a, b] = [match.expression("a"), match.expression("b")];
  return a && b && match.isClear("a", "b") ? { kind: "command", command: "percent", args: [a, b] } : null;
};
const changed = (match: Match): Task | null => {
  const [part, of] = [match.expression("a"), match.expression("b")];
  const isLess = /decrease|reduce|discount|off|less|할인|감소|인하/.test(match.word("how"));
  return part && of && arithmetic(operation("*", of, operation(isLess ? "-" : "+", number(1), part)));
};

const BASES: Readonly<Record<string, number>> = {
  binary: 2,
  octal: 8,
  hexadecimal: 16,
  hex: 16,
  decimal: 10,
  이: 2,
  팔: 8,
  십육: 16,
  십: 10,
  삼: 3,
  사: 4,
  오: 5,
};
const baseOf = (match: Match, word: string, group: string): Expression | null =>
  match.expression(group) ?? (BASES[match.word(word)] === undefined ? null : number(BASES[match.word(word)] ?? 10));
const inBase = (match: Match): Task | null => {
  const [of, to] = [match.expression("n"), baseOf(match, "to", "k")];
  const from = baseOf(match, "from", "m") ?? number(10);
  return of && to && { kind: "command", command: "base", args: [of, from, to] };
};

const times = (count: number, match: Match): Task | null => {
  const of = match.expression("f");
  return of && match.isClear("f") ? arithmetic(operation("*", number(count), of)) : null;
};

const BASE_EN = "(?:(?<to>binary|octal|hexadecimal|hex|decimal)(?: number| notation)?|base (?<k>{n}))";
const BASE_KO = "(?:(?<to>이|팔|십육|십|삼|사|오)|(?<k>{n}))진(?:법|수)";
const FROM_KO = "(?:(?<from>이|팔|십|삼|사|오)|(?<m>{n}))진(?:법|수)(?:로나타낸|로나타낸수|인)?";
const CHANGED_KO =
  "(?:으로|로)?(?:변환|바꾸|바꾸면|바꿔(?:줘|주세요|줘요|봐|라)?|나타내면|나타내시오|나타내어라|나타내|표현|표현하면)?";

export const NUMBERS: readonly Rule[] = [
  rule(
    "(?:gcd|greatest common (?:divisor|factor)|highest common factor|hcf|gcf)(?: of| for| between)? (?<l>{e2+})",
    ofSeveral("gcd"),
  ),
  rule("(?:lcm|(?:least|lowest) common multiple)(?: of| for| between)? (?<l>{e2+})", ofSeveral("lcm")),
  rule("(?<l>{e2+})의?(?:최대공약수|gcd)", ofSeveral("gcd")),
  rule("(?<l>{e2+})의?(?:최소공배수|lcm)", ofSeveral("lcm")),
  rule("(?:arithmetic )?(?:mean|average)(?: of)? (?:numbers |data |values |set )*(?<l>{el+})", ofSeveral("mean")),
  rule("median(?: of)? (?:numbers |data |values |set )*(?<l>{el+})", ofSeveral("median")),
  rule("mode(?: of)? (?:numbers |data |values |set )*(?<l>{el+})", ofSeveral("mode")),
  rule("(?:population )?variance(?: of)? (?:numbers |data |values |set )*(?<l>{el+})", ofSeveral("variance")),
  rule(
    "(?:population )?standard deviation(?: of)? (?:numbers |data |values |set )*(?<l>{el+})",
    ofSeveral("deviation"),
  ),
  rule("(?<l>{el+})의?(?:산술)?평균값?", ofSeveral("mean")),
  rule("(?<l>{el+})의?(?:중앙값|중간값|중위수)", ofSeveral("median")),
  rule("(?<l>{el+})의?최빈값", ofSeveral("mode")),
  rule("(?<l>{el+})의?(?:모)?분산", ofSeveral("variance")),
  rule("(?<l>{el+})의?(?:모)?표준편차", ofSeveral("deviation")),
  rule("(?:산술)?평균값?:?(?<l>{el+})", ofSeveral("mean")),
  rule("(?:중앙값|중간값|중위수):?(?<l>{el+})", ofSeveral("median")),
  rule("최빈값:?(?<l>{el+})", ofSeveral("mode")),
  rule("(?:모)?분산:?(?<l>{el+})", ofSeveral("variance")),
  rule("(?:모)?표준편차:?(?<l>{el+})", ofSeveral("deviation")),
  rule("최대공약수:?(?<l>{el+})", ofSeveral("gcd")),
  rule("최소공배수:?(?<l>{el+})", ofSeveral("lcm")),
  rule("absolute value of (?<f>{e})", absolute),
  rule("(?<f>{e})의절[댓대]값", absolute),
  rule("절[댓대]값(?<f>{e})", absolute),
  rule("(?:factorial of (?<f>{n})|(?<f>{n}) factorial)", factorial),
  rule("(?<f>{n})(?:팩토리얼|의?계승)", factorial),
  rule(
    "(?:서로다른)?(?<n>{n})(?:명|개)(?:중에서|중|에서)(?<k>{n})(?:명|개)를?을?(?:뽑는|고르는|선택하는)(?:경우의|방법의)?수",
    choice,
  ),
  rule("(?:number of |how many )?ways to (?:choose|select|pick) (?<k>{n}) (?:of|from|out of) (?<n>{n})", choice),
  rule("(?<a>{part}) of (?<b>{n})", partOf),
  rule("(?<b>{n})의(?<a>{part})", (match) => joined("*", match, "b", "a")),
  rule("(?:what )?percent(?:age)? of (?<b>{e}) is (?<a>{e})", percentOf),
  rule("(?<a>{e}) (?:is )?(?:what|how many|as) percent(?:age)? of (?<b>{e})", percentOf),
  rule(
    "(?<a>{e})(?:은|는)(?<b>{e})의몇(?:%|퍼센트|프로)(?:인가요|인가|인|일까|일까요|입니까|야|이야|지|이지)?",
    percentOf,
  ),
  rule("(?<how>increase|decrease|reduce|discount) (?<b>{n}) by (?<a>{p})", changed),
  rule("(?<b>{n}) (?<how>increased|decreased|reduced|discounted) by (?<a>{p})", changed),
  rule("(?<a>{p}) (?<how>off|more than|less than) (?<b>{n})", changed),
  rule(
    "(?<b>{n})(?:에서|을|를|이|가)(?<a>{p})(?<how>증가|인상|할인|감소|인하)(?:하면|되면|한값|된값|된가격|한가격)?",
    changed,
  ),
  rule("(?:sum of|add|total of) (?<l>{e2+})", (match) => joined("+", match, "l")),
  rule("add (?<a>{e}) to (?<b>{e})", (match) => joined("+", match, "b", "a")),
  rule("product of (?<l>{e2+})", (match) => joined("*", match, "l")),
  rule("multiply (?<a>{e}) (?:by|and|with) (?<b>{e})", (match) => joined("*", match, "a", "b")),
  rule("subtract (?<a>{e}) from (?<b>{e})", (match) => joined("-", match, "b", "a")),
  rule("difference (?:of|between) (?<a>{e}) and (?<b>{e})", (match) => difference(match)),
  rule("divide (?<a>{e}) by (?<b>{e})", (match) => joined("/", match, "a", "b")),
  rule("quotient of (?<a>{e}) and (?<b>{e})", (match) => joined("/", match, "a", "b")),
  rule("(?<l>{e2+})의?(?:합|총합|모두더|더|더한값|를더|을더)", (match) => joined("+", match, "l")),
  rule("(?<l>{e2+})(?:의|을|를)?(?:곱|곱한값)", (match) => joined("*", match, "l")),
  rule("(?<a>{e})에(?<b>{e})(?:을|를)(?:더|더한값|더한수)", (match) => joined("+", match, "a", "b")),
  rule("(?<a>{e})에(?<b>{e})(?:을|를)(?:곱|곱한값|곱한수)", (match) => joined("*", match, "a", "b")),
  rule("(?<a>{e})에서(?<b>{e})(?:을|를)(?:빼면|뺀|뺀값|뺀수|빼)", (match) => joined("-", match, "a", "b")),
  rule("(?<a>{e})(?:을|를)(?<b>{e})(?:으로|로)(?:나누면|나눈|나눈값|나누)", (match) => joined("/", match, "a", "b")),
  rule("(?<a>{e})(?:와|과)(?<b>{e})의차", (match) => difference(match)),
  rule("(?<f>{e})의두배", (match) => times(2, match)),
  rule("(?<f>{e})의세배", (match) => times(3, match)),
  rule("(?<a>{e})의(?<b>{n})배", (match) => joined("*", match, "a", "b")),
  rule("(?:twice|double) (?<f>{n})", (match) => times(2, match)),
  rule("half of (?<f>{n})", (match) => {
    const of = match.expression("f");
    return of && arithmetic(operation("/", of, number(2)));
  }),
  rule("(?<a>{e}) ?mod(?:ulo)? ?(?<b>{n})", remainder),
  rule("(?<q>{part})의?나머지", remainder),
  rule("(?<b>{n})(?:으로|로)(?<a>{n})(?:을|를)(?:나눈|나눌때|나눴을때|나누었을때)의?나머지", remainder),
  rule("(?<a>{n})(?:을|를)(?<b>{n})(?:으로|로)(?:나눈|나눌때|나눴을때|나누었을때)의?몫", (match) => {
    const [a, b] = [match.expression("a"), match.expression("b")];
    return a && b && arithmetic(call("floor", operation("/", a, b)));
  }),
  rule("remainder (?:when|of|if) (?:(?<q>{part})|(?<a>{n}) (?:by|and) (?<b>{n}))", remainder),
  rule("(?<a>{n})(?:을|를)(?<b>{n})(?:으로|로)(?:나눈|나눌때|나눴을때|나누었을때)의?나머지", remainder),
  rule(`(?:(?:convert|write|express|change) )?(?<n>{n}) (?:in|to|into|as) ${BASE_EN}`, inBase),
  rule(
    `(?:(?:convert|write|express|change) )?(?:(?<from>binary|octal|decimal)(?: number)? (?<n>{n})|(?<n>{n}) (?:in|from) (?:(?<from>binary|octal|decimal)|base (?<m>{n}))) (?:in|to|into|as) ${BASE_EN}`,
    inBase,
  ),
  rule(`(?<n>{n})(?:을|를|의)?${BASE_KO}${CHANGED_KO}`, inBase),
  rule(`${FROM_KO}(?<n>{n})(?:을|를|의)?${BASE_KO}${CHANGED_KO}`, inBase),
];

const difference = (match: Match): Task | null => {
  const [a, b] = [match.expression("a"), match.expression("b")];
  return a && b && match.isClear("a", "b") ? arithmetic(call("abs", operation("-", a, b))) : null;
};
