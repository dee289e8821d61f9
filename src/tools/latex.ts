/** Commands that stand for a sign or a word of the plain notation. Any other command loses its backslash. */
const WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    cdot: "*",
    times: "*",
    ast: "*",
    div: "/",
    pm: "±",
    le: "≤",
    leq: "≤",
    ge: "≥",
    geq: "≥",
    ne: "≠",
    neq: "≠",
    infty: " Infinity ",
    degree: "°",
    arcsin: " asin ",
    arccos: " acos ",
    arctan: " atan ",
    lvert: "|",
    rvert: "|",
    vert: "|",
    mid: "|",
    lbrace: "(",
    rbrace: ")",
    varphi: " phi ",
    left: "",
    right: "",
    displaystyle: "",
    limits: "",
    quad: " ",
    qquad: " ",
    mathrm: "",
    operatorname: "",
    text: "",
    mathit: "",
    big: "",
    Big: "",
    bigg: "",
    Bigg: "",
  }),
);
const MAX_CHARS = 4_000;
const MAX_DEPTH = 40;

type Token = string;
const TOKEN = /\\[A-Za-z]+|\\[\s\S]|\s+|[\s\S]/gu;

/** Reads tokens one after the other; a group, a command's argument, a bound. Every step consumes a token, so it ends. */
class Reader {
  #at = 0;
  #depth = 0;
  constructor(private readonly tokens: readonly Token[]) {}

  /** Everything up to a closing brace or the end. */
  text(closing: string | null = null): string {
    let out = "";
    while (this.#at < this.tokens.length) {
      if (this.tokens[this.#at] === closing) {
        this.#at++;
        break;
      }
      out += this.#one();
    }
    return out;
  }

  #skipSpace(): void {
    while (this.tokens[this.#at]?.trim() === "") this.#at++;
  }

  #one(): string {
    const token = this.tokens[this.#at++];
    if (token === undefined) return "";
    if (this.#depth > MAX_DEPTH) return token.replace("\\", "");
    this.#depth++;
    const out = this.#translate(token);
    this.#depth--;
    return out;
  }

  #translate(token: Token): string {
    if (token === "{") return `(${this.text("}")})`;
    if (token === "}") return "";
    if (token === "^") return this.#power();
    if (token === "_") return this.#subscript();
    if (!token.startsWith("\\")) return token === "&" || token === "$" || token === "~" ? " " : token;
    const name = token.slice(1);
    switch (name) {
      case "frac":
      case "dfrac":
      case "tfrac":
        return this.#fraction();
      case "sqrt":
        return this.#root();
      case "int":
        return this.#integral();
      case "lim":
        return this.#limit();
      case "sum":
      case "prod":
        return this.#series(name === "sum" ? "sum" : "product");
      case "log":
        return this.#logarithm();
      default:
        if (/^[,;:! \\]$/u.test(name)) return " ";
        if (/^[{}|%$#&_]$/u.test(name)) return name === "{" ? "(" : name === "}" ? ")" : name;
        return WORDS.get(name) ?? ` ${name} `;
    }
  }

  /** The next token or braced group, without parentheses of its own. */
  #argument(): string {
    this.#skipSpace();
    if (this.tokens[this.#at] !== "{") return this.#one().trim();
    this.#at++;
    return this.text("}").trim();
  }

  #bounds(): { readonly low: string; readonly high: string } {
    const found = { low: "", high: "" };
    for (let n = 0; n < 3; n++) {
      this.#skipSpace();
      const sign = this.tokens[this.#at];
      if (sign === "\\limits") this.#at++;
      else if (sign === "_" || sign === "^") {
        this.#at++;
        found[sign === "_" ? "low" : "high"] = this.#argument();
      } else break;
    }
    return found;
  }

  #power(): string {
    const exponent = this.#argument();
    if (exponent.replaceAll(" ", "") === "circ") return "°";
    return /^(?:[A-Za-z]|\d+)$/u.test(exponent) ? `^${exponent} ` : `^(${exponent})`;
  }

  #subscript(): string {
    const index = this.#argument();
    return /^[A-Za-z0-9]+$/u.test(index) ? `_${index} ` : "";
  }

  /** \frac{d}{dx} f is a derivative, of all that follows. */
  #fraction(): string {
    const top = this.#argument();
    const bottom = this.#argument();
    const order = /^d(?:\^(\d+))?\s*$/u.exec(top);
    const by = /^d\s*([A-Za-z])(?:\^(\d+))?\s*$/u.exec(bottom);
    if (order && by && order[1] === by[2]) return `diff(${this.#operand()},${by[1]}${by[2] ? `,${by[2]}` : ""})`;
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
    return degree === "" || degree === "2" ? `sqrt(${radicand})` : `nthroot(${radicand},${degree})`;
  }

  #logarithm(): string {
    this.#skipSpace();
    if (this.tokens[this.#at] !== "_") return " log ";
    this.#at++;
    const base = this.#argument();
    return base === "10" || base === "2" ? ` log${base} ` : `(1/log(${base}))*log `;
  }

  /** What an operator applies to: the rest of this level, up to an equals sign or comma. */
  #operand(): string {
    let out = "";
    while (this.#at < this.tokens.length && !/^[=,}]$/u.test(this.tokens[this.#at] ?? "")) out += this.#one();
    return out.trim();
  }

  #integral(): string {
    const { low, high } = this.#bounds();
    let body = "";
    let by = "x";
    while (this.#at < this.tokens.length && !/^[=}]$/u.test(this.tokens[this.#at] ?? "")) {
      const differential = this.#differential();
      if (differential !== null) {
        by = differential;
        break;
      }
      body += this.#one();
    }
    const f = body.trim() || "1";
    return low !== "" && high !== "" ? `defint(${f},${low},${high},${by})` : `integrate(${f},${by})`;
  }

  /** Consumes `dx`, `\mathrm{d}x`, and tells the x. */
  #differential(): string | null {
    const start = this.#at;
    if (this.tokens[this.#at] === "\\mathrm" || this.tokens[this.#at] === "\\text") this.#at++;
    if (this.#argumentAhead() === "d") {
      this.#skipSpace();
      const by = this.tokens[this.#at];
      if (by !== undefined && /^(?:[A-Za-z]|\\[a-z]+)$/u.test(by)) {
        this.#at++;
        return by.replace("\\", "");
      }
    }
    this.#at = start;
    return null;
  }

  #argumentAhead(): string {
    if (this.tokens[this.#at] === "d") {
      this.#at++;
      return "d";
    }
    if (this.tokens.slice(this.#at, this.#at + 3).join("") !== "{d}") return "";
    this.#at += 3;
    return "d";
  }

  #limit(): string {
    const { low } = this.#bounds();
    const [by = "x", to = "0"] = low.split(/\bto\b|\brightarrow\b|→/u).map((part) => part.trim());
    const side = /\^\(?([+-])\)?$/u.exec(to)?.[1];
    const point = to.replace(/\^\(?[+-]\)?$/u, "");
    return `limit(${this.#operand()},${by},${point}${side ? `,${side === "+" ? "right" : "left"}` : ""})`;
  }

  #series(command: string): string {
    const { low, high } = this.#bounds();
    const [by = "n", from = "1"] = low.split("=").map((part) => part.trim());
    return `${command}(${this.#operand()},${by},${from},${high})`;
  }
}

/**
 * LaTeX as people and models write it, turned into the plain notation: fractions, roots, powers, functions, integrals,
 * limits, sums, derivatives. Plain text passes as it is. Never throws; longer text than 4,000 characters is left alone.
 */
export const fromLatex = (text: string): string => {
  if (text.length > MAX_CHARS || !/[\\{}$]/u.test(text)) return text;
  return new Reader(text.match(TOKEN) ?? []).text().replace(/\s+/gu, " ").trim();
};
