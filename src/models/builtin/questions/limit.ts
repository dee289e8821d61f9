import { variablesOf } from "../expression.ts";
import { readSentence } from "../formulas.ts";
import { parse } from "../parse.ts";
import type { Side } from "../task.ts";
import { cut, operandOf, type Reading, withLogarithm, withoutNames } from "./operand.ts";

const APPROACH = "(?:->|approaches|goes to|tends to|가|이)";
const TARGET = "((?:[-+] ?)?(?:[A-Za-z\\d.√/*^∞π]|\\([^()]{0,40}\\)){1,24})";
const LIMITS: readonly RegExp[] = [
  new RegExp(`\\blim(?:it)? ?_? ?\\(? ?([a-zθ]) ?-> ?${TARGET} ?\\)?`, "i"),
  new RegExp(`(?:,? ?\\b(?:as|when) )([a-zθ]) ?(?:->|approaches|goes to|tends to) ?${TARGET}`, "i"),
  new RegExp(
    `([a-zθ]) ?${APPROACH} ?${TARGET} ?(?:으로|로|에|까지)? ?(?:한없이 |무한히 )?(?:갈|다가|접근|가까|수렴|일) ?때?`,
    "i",
  ),
];

/** `0+`, `0^-`, `from the right`, `우극한`, taken out of the text. */
const takeSide = (text: string): { readonly text: string; readonly side: Side } => {
  const match = /(-> ?\(?[-+]?[\d.π]{1,12}) ?\^? ?\(?([-+])\)?(?=[\s)]|$)/.exec(text);
  const said = /from the right|우극한/i.test(text) ? "right" : /from the left|좌극한/i.test(text) ? "left" : null;
  if (match === null) return { text: text.replace(/\bfrom the (?:left|right)\b/gi, " ; "), side: said };
  const kept = text.slice(0, match.index) + (match[1] ?? "");
  const closing = /\^ ?\(/.test(match[0]) ? "" : match[0].endsWith(")") ? ")" : "";
  return {
    text: kept + closing + text.slice(match.index + match[0].length),
    side: match[2] === "+" ? "right" : "left",
  };
};

/** `lim_(x->0) sin(x)/x`, `limit of … as x approaches 0`, `x가 0으로 갈 때 …의 극한`. */
export const limitIn = (question: string): Reading => {
  if (!/\blim|극한|approaches|->/i.test(question)) return null;
  const { text, side } = takeSide(question);
  const endless = /([a-z]) ?(?:가|이) ?(?:한없이|무한히) 커질 ?때/i.exec(text);
  const found = endless ?? LIMITS.map((pattern) => pattern.exec(text)).find((match) => match !== null);
  if (found === undefined || found === null) return /극한|\blim/i.test(text) ? "unclear" : null;
  const variable = found[1] ?? "x";
  const target = (endless === null ? found[2] : "∞") ?? "";
  // The pattern may have taken the parenthesis that closes `lim_(x->0)`.
  const to = parse(target.includes("(") ? target : target.replaceAll(")", ""));
  const of = operandOf(readSentence(withoutNames(cut(text, found.index, found.index + found[0].length))));
  if (to === null || of === null || variablesOf(of).some((name) => name !== variable)) return "unclear";
  return { kind: "limit", of: withLogarithm(of, text), variable, to, side };
};
