/**
 * Commands that stand for a sign of the plain notation. Names of functions and Greek letters only lose their backslash.
 */
const SIGNS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    cdot: "*",
    times: "*",
    ast: "*",
    div: "/",
    pm: "±",
    mp: "±",
    le: "≤",
    leq: "≤",
    leqslant: "≤",
    ge: "≥",
    geq: "≥",
    geqslant: "≥",
    ne: "≠",
    neq: "≠",
    lt: "<",
    gt: ">",
    to: "->",
    rightarrow: "->",
    infty: "∞",
    degree: "°",
    dots: "...",
    ldots: "...",
    cdots: "...",
    lvert: "|",
    rvert: "|",
    vert: "|",
    mid: "|",
    int: " ∫",
    sum: " ∑",
    prod: " ∏",
    pi: "π",
    varphi: " phi ",
    varepsilon: " epsilon ",
    left: "",
    right: "",
    displaystyle: "",
    limits: "",
    nolimits: "",
    big: "",
    Big: "",
    bigg: "",
    Bigg: "",
    quad: " ",
    qquad: " ",
  }),
);
/** Commands whose argument is text or letters in another typeface. */
const FACES = /^(?:mathrm|operatorname|text|textbf|textit|mathit|mathbf|boldsymbol|boxed)$/;
const MATRICES = /^[pbBvV]?matrix$/;
const MAX_DEPTH = 40;

const TOKEN = /\\[A-Za-z]+|\\[\s\S]|\s+|\d+|[\s\S]/gu;

/** Reads tokens in order: a group, or a command with its arguments. Every step consumes a token, so it terminates. */
class Reader {
  #at = 0;
  #depth = 0;
  constructor(private readonly tokens: string[]) {}

  /** Reads up to a closing token or the end. */
  text(closing: string | null = null): string {
    const out: string[] = [];
    while (this.#at < this.tokens.length) {
      if (this.tokens[this.#at] === closing) {
        this.#at++;
        break;
      }
      out.push(this.#one(out));
    }
    return out.join("");
  }

  #skipSpace(): void {
    while (this.tokens[this.#at]?.trim() === "") this.#at++;
  }

  /** @param before The output at this level so far. */
  #one(before: readonly string[] = []): string {
    const token = this.tokens[this.#at++];
    if (token === undefined) return "";
    // Nested deeper than any real formula. The result is not a valid formula.
    if (this.#depth > MAX_DEPTH) return token.startsWith("\\") ? " ? " : token;
    this.#depth++;
    const out = this.#translate(token, before);
    this.#depth--;
    return out;
  }

  #translate(token: string, before: readonly string[]): string {
    if (token === "{") return this.#group();
    if (token === "}") return " ? ";
    if (token === "^" || token === "_") return this.#script(token);
    if (token === "&" || token === "~") return " ";
    if (!token.startsWith("\\")) return token;
    const name = token.slice(1);
    if (/^[dtc]?frac$/.test(name)) return this.#fraction(before);
    if (name === "binom") return ` binomial(${this.#argument()},${this.#argument()})`;
    if (name === "sqrt") return this.#root();
    if (name === "begin") return this.#environment();
    if (name === "end") return this.#end();
    if (name === "overline" || name === "dot") return this.#repeating(name, before);
    if (FACES.test(name)) return this.#face();
    if (name === "\\") return "\n";
    if (/^[()[\]]$/.test(name)) return "\n";
    if (/^[,;:! ]$/.test(name)) return " ";
    if (/^[{}|%$#&_]$/.test(name)) return name;
    return SIGNS.get(name) ?? ` ${name} `;
  }

  /** `{,}` is the comma of `1{,}234`. */
  #group(): string {
    const inside = this.text("}");
    return inside === "," ? "," : `(${inside})`;
  }

  /**
   * Reads the argument of a command: a group without its braces, a command, or one sign. Of several digits only the
   * first.
   */
  #argument(): string {
    this.#skipSpace();
    const token = this.tokens[this.#at];
    if (token === "{") {
      this.#at++;
      return this.text("}").trim();
    }
    if (token !== undefined && /^\d\d/.test(token)) {
      this.tokens[this.#at] = token.slice(1);
      return token.slice(0, 1);
    }
    return this.#one().trim();
  }

  /** Reads an exponent or an index. In `2^10` people mean ten, although TeX raises the 1 alone. */
  #script(sign: string): string {
    this.#skipSpace();
    const token = this.tokens[this.#at] ?? "";
    if (token === "-" || token === "+") {
      this.#at++;
      return `${sign}${token}`;
    }
    if (token === "(") return sign;
    if (/^\d/.test(token)) {
      this.#at++;
      return `${sign}(${token})`;
    }
    const inside = this.#argument();
    if (inside === "circ" || inside === "°") return "°";
    return `${sign}(${inside})`;
  }

  /** d/dx stays as it is for the parser. A fraction right after a whole number makes a mixed number. */
  #fraction(before: readonly string[]): string {
    const top = this.#argument();
    const bottom = this.#argument();
    if (/^d(?:\^\(?\d\)?)?$/.test(top) && /^d\s*[a-z]/.test(bottom)) return ` ${top}/${bottom} `;
    const isBehindNumber = /\d\s*$/.test(before.at(-1) === " " ? (before.at(-2) ?? "") : (before.at(-1) ?? ""));
    if (isBehindNumber && /^\d+$/.test(top) && /^\d+$/.test(bottom)) return ` ${top}/${bottom}`;
    return `((${top})/(${bottom}))`;
  }

  #root(): string {
    this.#skipSpace();
    let degree = "";
    if (this.tokens[this.#at] === "[") {
      this.#at++;
      degree = this.text("]").trim();
    }
    const radicand = this.#argument();
    return degree === "" || degree === "2" ? ` sqrt(${radicand})` : ` nthroot(${radicand},${degree})`;
  }

  #face(): string {
    const inside = this.#argument();
    return inside.length === 1 ? inside : ` ${inside} `;
  }

  /** Reads `0.\overline{3}` and `0.\dot{3}`. */
  #repeating(name: string, before: readonly string[]): string {
    const inside = this.#argument();
    return /^\d+$/.test(inside) && /[\d.]$/.test(before.join("").slice(-3)) ? `(${inside})` : ` ${name} (${inside}) `;
  }

  /** A matrix becomes `[[1,2],[3,4]]`, and one in bars its determinant. Any other environment becomes lines. */
  #environment(): string {
    const name = this.#argument();
    if (!MATRICES.test(name)) {
      if (name === "array") this.#argument();
      return "\n";
    }
    const rows: string[][] = [[""]];
    while (this.#at < this.tokens.length && this.tokens[this.#at] !== "\\end") {
      const token = this.tokens[this.#at];
      const row = rows.at(-1) ?? [];
      if (token === "&" || token === "\\\\") {
        this.#at++;
        if (token === "&") row.push("");
        else rows.push([""]);
      } else row[row.length - 1] += this.#one();
    }
    this.#at++;
    this.#argument();
    const filled = rows.filter((row) => row.some((cell) => cell.trim() !== ""));
    const matrix = `[${filled.map((row) => `[${row.map((cell) => cell.trim()).join(",")}]`).join(",")}]`;
    return /^[vV]/.test(name) ? ` det(${matrix})` : ` ${matrix}`;
  }

  #end(): string {
    this.#argument();
    return "\n";
  }
}

/** Dollars around formulas come in pairs. An odd one is money or a mistake, and then all stay. */
const withoutDollars = (text: string): string => {
  const plain = text.replaceAll("$$", "$");
  return (plain.match(/(?<!\\)\$/g) ?? []).length % 2 === 0 ? plain.replace(/(?<!\\)\$/g, "\n") : plain;
};

/**
 * Converts LaTeX as people and models write it to the plain notation: braces become parentheses, a fraction a quotient,
 * `\\` and the ends of an environment new lines, and `\int` the sign ∫ followed by its bounds. An unknown command
 * leaves its name, so that a reader that must understand every token fails on it. Text without `\ { } $` is returned
 * unchanged. Never throws; linear.
 */
export const withoutLatex = (text: string): string =>
  /[\\{}$]/.test(text) ? new Reader(withoutDollars(text).match(TOKEN) ?? []).text() : text;
