import { GREEK } from "./greek.ts";

/** What stands for a LaTeX command in plain notation; a command that is not here loses its backslash or vanishes. */
const COMMANDS: ReadonlyMap<string, string> = new Map([
  ...[...GREEK].map(([letter, name]): [string, string] => [name, ` ${letter} `]),
  ["pi", "π"],
  ["infty", "∞"],
  ["cdot", "*"],
  ["times", "*"],
  ["div", "/"],
  ["to", "->"],
  ["rightarrow", "->"],
  ["pm", "±"],
  ["le", "≤"],
  ["leq", "≤"],
  ["ge", "≥"],
  ["geq", "≥"],
  ["ne", "≠"],
  ["neq", "≠"],
  ["lt", "<"],
  ["gt", ">"],
  ["sum", " ∑"],
  ["int", " ∫"],
  ["iint", " ∬"],
  ["oint", " ∮"],
  ["partial", "d"],
  ["mathrm", ""],
  ["operatorname", ""],
  ["quad", " "],
  ["qquad", " "],
  ["limits", ""],
  ["left", ""],
  ["right", ""],
  ["displaystyle", " "],
  ["big", ""],
  ["Big", ""],
]);

const NAMED = /^(?:sin|cos|tan|sec|csc|cot|arcsin|arccos|arctan|sinh|cosh|tanh|ln|log|exp|lim|gcd)$/;

interface Piece {
  readonly text: string;
  readonly end: number;
}

/**
 * Reads LaTeX by hand, once from left to right: regular expressions cannot match braces. Braces become parentheses, a
 * fraction a quotient, `\\` and an environment's end a new line; what it does not know passes as it is.
 */
class LatexReader {
  constructor(readonly source: string) {}

  /** The argument at `start`: a group in braces, a command with its arguments, or one character. */
  #argument(start: number, depth: number): Piece {
    let at = start;
    while (this.source[at] === " ") at += 1;
    if (this.source[at] === "{") return this.read(at + 1, depth + 1, "}");
    if (this.source[at] === "\\") return this.#command(at, depth + 1);
    return { text: this.source[at] ?? "", end: Math.min(at + 1, this.source.length) };
  }

  /** `_{a}^{b}` after a big operator, each as one parenthesis. */
  #limits(start: number, depth: number): Piece {
    let text = "";
    let at = start;
    for (let turn = 0; turn < 2; turn += 1) {
      while (this.source[at] === " ") at += 1;
      const mark = this.source[at];
      if (mark !== "_" && mark !== "^") break;
      const argument = this.#argument(at + 1, depth);
      text += `${mark}(${argument.text})`;
      at = argument.end;
    }
    return { text: `${text} `, end: at };
  }

  #command(start: number, depth: number): Piece {
    const name = /^[A-Za-z]+/.exec(this.source.slice(start + 1, start + 25))?.[0] ?? "";
    if (name === "") {
      const sign = this.source[start + 1] ?? "";
      const text =
        sign === "\\"
          ? "\n"
          : sign === "%"
            ? "%"
            : /[()[\]]/.test(sign)
              ? "\n"
              : sign === "{" || sign === "}"
                ? ""
                : " ";
      return { text, end: Math.min(start + 2, this.source.length) };
    }
    let at = start + 1 + name.length;
    if (depth > 40) return { text: " ", end: at };
    if (/^[dt]?frac$/.test(name)) {
      const over = this.#argument(at, depth);
      const under = this.#argument(over.end, depth);
      const [top, bottom] = [over.text.trim(), under.text.trim()];
      // d/dx, d^2/dx^2 and d/dx of something in the numerator keep their look for the recogniser.
      if (/^d(?:\^\(?\d\)?)?$/.test(top) && /^d\s*[a-z]/.test(bottom))
        return { text: ` ${top}/${bottom} `, end: under.end };
      return { text: `((${top})/(${bottom}))`, end: under.end };
    }
    if (name === "sqrt") {
      const close = this.source[at] === "[" ? this.source.indexOf("]", at) : -1;
      const index = close < 0 ? "" : this.source.slice(at + 1, close).trim();
      const of = this.#argument(close < 0 ? at : close + 1, depth);
      const text = index === "" || index === "2" ? ` sqrt(${of.text})` : `((${of.text})^(1/(${index})))`;
      return { text, end: of.end };
    }
    if (name === "text" || name === "textbf" || name === "begin" || name === "end") {
      const of = this.#argument(at, depth);
      return { text: name.startsWith("text") ? ` ${of.text} ` : "\n", end: of.end };
    }
    const limits = name === "lim" || name === "int" || name === "sum" ? this.#limits(at, depth) : { text: "", end: at };
    at = limits.end;
    if (NAMED.test(name)) return { text: ` ${name}${limits.text === "" ? " " : limits.text}`, end: at };
    return { text: `${COMMANDS.get(name) ?? ` ${name} `}${limits.text}`, end: at };
  }

  /** From `start` to the closing brace of this group, or to the end of the text. */
  read(start: number, depth: number, close: "}" | null): Piece {
    const out: string[] = [];
    let at = start;
    while (at < this.source.length) {
      const char = this.source[at];
      if (char === "}" && close !== null) return { text: out.join(""), end: at + 1 };
      if (char === "\\") {
        const piece = this.#command(at, depth);
        out.push(piece.text);
        at = piece.end;
      } else if (char === "{" && depth < 40) {
        const group = this.read(at + 1, depth + 1, "}");
        out.push(`(${group.text})`);
        at = group.end;
      } else {
        out.push(char === "{" || char === "}" || char === "&" || char === "$" ? " " : (char ?? ""));
        at += 1;
      }
    }
    return { text: out.join(""), end: at };
  }
}

/** A question whose formulas may be LaTeX, in plain notation. Text without `\`, `$`, `{` or `&` is returned as it is. */
export const withoutLatex = (text: string): string =>
  /[\\${&]/.test(text) ? new LatexReader(text.replaceAll("$$", "$").replaceAll("$", "\n")).read(0, 0, null).text : text;
