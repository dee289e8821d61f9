import { GREEK, isFunction, isOneName, spelled, takesBare } from "./functions.ts";

/** A part of a run of letters. */
export interface NamePart {
  readonly kind: "name" | "function" | "defined" | "word";
  readonly text: string;
}

const part = (kind: NamePart["kind"], text: string): NamePart => ({ kind, text });
const nameOf = (text: string): NamePart => part("name", GREEK.get(text) ?? spelled(text));

/** Functions whose name may touch a letter: `sinx`, `xsin(x)`, `sinxcosx`. Longer names first. */
const GLUED = "arcsin|arccos|arctan|sinh|cosh|tanh|sqrt|sin|cos|tan|sec|csc|cot|log|exp|ln";
const GLUED_RUN = new RegExp(`^(?:[xyztu]?(?:${GLUED}))+[xyztu]?$`);
const GLUED_PART = new RegExp(`${GLUED}|[a-z]`, "g");

/** Products of unknowns without a sign. Other short runs of letters are words, units or abbreviations. */
const PRODUCT = /^(?:[abckmnpq][xz]|[ackpq]y|[xyzuvw]{2,3}|[xyz]t|t[xyz]|[xyzt]e|ab|bc|ac|ca|abc|cd|pq|mn|[abck]xy)$/;

const split = (text: string): readonly NamePart[] =>
  (text.match(GLUED_PART) ?? []).map((piece) => (piece.length > 1 ? part("function", spelled(piece)) : nameOf(piece)));

/** Classifies a run of letters in a sentence. `before` and `after` are the adjacent characters. */
export const namesInProse = (text: string, before: string, after: string): readonly NamePart[] =>
  partsInProse(text, before, after).map((one) =>
    one.kind === "function" && one.text === "log" && /log/i.test(text) ? part("function", "logarithm") : one,
  );

const partsInProse = (text: string, before: string, after: string): readonly NamePart[] => {
  const lower = text.toLowerCase();
  if (text.length === 1) {
    if (/^[fghFGH]$/.test(text) && after === "(") return [part("defined", text)];
    if (/^[CPH]$/.test(text) && after === "(") return [part("defined", text)];
    return [nameOf(text)];
  }
  if (isFunction(text) || isFunction(lower)) {
    const known = isFunction(text) ? text : lower;
    // `gcd of` is a word, `gcd(` a function; `sin x` and `sin(x)` both are functions.
    return after === "(" || takesBare(known) ? [part("function", spelled(known))] : [part("word", text)];
  }
  if (isOneName(text) || lower === "pi") return [nameOf(lower === "pi" ? "pi" : text)];
  if (GLUED_RUN.test(text)) return split(text);
  const touches = /[\d)(+*/^=|√[\]-]/.test(before) || /[\d)(+*/^=|√[\]_-]/.test(after);
  if ((touches && PRODUCT.test(text)) || /^[xyz]{2,3}$/.test(text)) return [...text].map(nameOf);
  if (/^(?:pi[a-z]|[a-z]pi)$/.test(text) && touches)
    return text.startsWith("pi") ? [nameOf("pi"), nameOf(text.slice(2))] : [nameOf(text.slice(0, 1)), nameOf("pi")];
  return [part("word", text)];
};

/** Classifies a run of letters, digits and underscores in a formula: `xsin` is x·sin, `xy` x·y, `speed` one name. */
export const namesInFormula = (text: string, _before: string, after: string): readonly NamePart[] => {
  const known = spelled(text);
  if (isFunction(text)) return [part("function", known)];
  if (text.length === 1 && after === "(" && /^[CPH]$/.test(text)) return [part("defined", text)];
  if (isOneName(text) || !/^[A-Za-z]+$/.test(text)) return [nameOf(text)];
  if (after === "(") {
    for (let start = 1; start < text.length && start <= 2; start++) {
      const rest = text.slice(start);
      if (isFunction(rest)) return [...[...text.slice(0, start)].map(nameOf), part("function", spelled(rest))];
    }
    return text.length > 1 ? [part("defined", text)] : [nameOf(text)];
  }
  const head = text.slice(0, -1);
  if (head.length > 1 && isFunction(head)) return [part("function", spelled(head)), nameOf(text.slice(-1))];
  return text.length === 2 ? [...text].map(nameOf) : [nameOf(text)];
};
