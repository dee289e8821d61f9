import { subscript, superscript } from "./scripts.ts";

/** An element of MathML (https://www.w3.org/TR/mathml-core/), or a text in it. */
export interface MathNode {
  readonly name: string;
  readonly text: string;
  readonly children: MathNode[];
}

/** Formulas nested deeper are returned as their plain text. */
const MAX_DEPTH = 60;

/** Returns a formula on one line: `x² + 1`, `(a + b)/2`, `√(x)`, `∑_(i=1)^(n)`. */
export const mathText = (node: MathNode, depth = 0): string => {
  if (depth > MAX_DEPTH) return plain(node);
  const parts = node.children.filter(({ name, text }) => name !== "" || text.trim() !== "");
  const texts = parts.map((child) => mathText(child, depth + 1));
  const [first = "", second = "", third = ""] = texts;
  switch (node.name) {
    case "":
      return node.text.replace(/\s+/g, " ").trim();
    case "annotation":
    case "annotation-xml":
    case "maction":
      return node.name === "maction" ? first : "";
    case "semantics":
      return first;
    case "msup":
      return based(first) + superscript(second);
    case "msub":
      return based(first) + subscript(second);
    case "msubsup":
      return based(first) + subscript(second) + superscript(third);
    case "munder":
      return `${first}_(${second})`;
    case "mover":
      return second.length === 1 && !/[\p{L}\p{N}]/u.test(second) ? first + second : `${first}^(${second})`;
    case "munderover":
      return `${first}_(${second})^(${third})`;
    case "mfrac":
      return `${grouped(first)}/${grouped(second)}`;
    case "msqrt":
      return `√(${joined(texts)})`;
    case "mroot":
      return `${superscript(second)}√(${first})`;
    case "mfenced":
      return `(${texts.join(", ")})`;
    case "mtr":
    case "mlabeledtr":
      return texts.join(", ");
    case "mtable":
      return `[${texts.join("; ")}]`;
    case "mspace":
      return " ";
    default:
      return joined(texts, parts);
  }
};

/** Separates a number from the fraction after it (3 1/2), so that they do not run together. */
const joined = (texts: readonly string[], parts: readonly MathNode[] = []): string =>
  texts.reduce((text, next, at) => {
    const isMixed = parts[at]?.name === "mfrac" && /[\p{L}\p{N}]$/u.test(text);
    return text + (isMixed ? " " : "") + next;
  }, "");

const SIMPLE = /^[\p{L}\p{N}.,]+$/u;
const grouped = (text: string): string => (SIMPLE.test(text) ? text : `(${text})`);
/** Wraps the base of a power in parentheses: `(a+b)²`, not `a+b²`. */
const based = (text: string): string => (/[+\-−/ ]/.test(text) && !/^\(.*\)$/.test(text) ? `(${text})` : text);

const plain = (node: MathNode): string => {
  let text = "";
  const open = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    text += next.text;
    open.push(...next.children.toReversed());
  }
  return text;
};
