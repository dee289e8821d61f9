/**
 * The plain notation of the mathematical tools: `2*x+3`, `x^2`, `sqrt(x)`, `sin(x)`, `pi`, `e`, `i`, `Infinity`. These are
 * pure text functions; none of them throws, whatever it is given, and their cost is linear in the length of the text.
 */

/** Functions of the notation, and the spellings that mean them. `log` and `ln` are natural; `log10` and `log2` are not. */
const FUNCTION_NAMES =
  "sin cos tan sec csc cot asin acos atan asec acsc acot sinh cosh tanh sech csch coth asinh acosh atanh sqrt cbrt nthroot " +
  "abs exp log log10 log2 factorial sign floor ceil round gcd lcm min max mod erf " +
  "simplify expand factor diff integrate defint limit sum product";
export const FUNCTIONS: ReadonlySet<string> = new Set(FUNCTION_NAMES.split(" "));
const ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ln: "log",
    lg: "log10",
    arcsin: "asin",
    arccos: "acos",
    arctan: "atan",
    arsinh: "asinh",
    arcosh: "acosh",
    artanh: "atanh",
    tg: "tan",
    ctg: "cot",
    cosec: "csc",
    sgn: "sign",
    sqr: "sqrt",
    root: "sqrt",
    derivative: "diff",
    integral: "integrate",
    infinity: "Infinity",
    inf: "Infinity",
    oo: "Infinity",
    Pi: "pi",
    PI: "pi",
  }),
);
const isFunction = (word: string): boolean => FUNCTIONS.has(ALIASES.get(word) ?? word);
const WORDS: ReadonlySet<string> = new Set([...FUNCTIONS, ...ALIASES.keys(), "pi", "Infinity"]);

const SYMBOLS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "×": "*",
    "·": "*",
    "⋅": "*",
    "∙": "*",
    "∗": "*",
    "•": "*",
    "✕": "*",
    "÷": "/",
    "∕": "/",
    "⁄": "/",
    "−": "-",
    "–": "-",
    "—": "-",
    "﹣": "-",
    "＝": "=",
    "√": " sqrt ",
    "∛": " cbrt ",
    "∞": " Infinity ",
    π: " pi ",
    α: " alpha ",
    β: " beta ",
    γ: " gamma ",
    δ: " delta ",
    θ: " theta ",
    λ: " lambda ",
    μ: " mu ",
    σ: " sigma ",
    τ: " tau ",
    φ: " phi ",
    ϕ: " phi ",
    ω: " omega ",
    Δ: " Delta ",
    ℯ: " e ",
    ⅈ: " i ",
    "½": "(1/2)",
    "⅓": "(1/3)",
    "⅔": "(2/3)",
    "¼": "(1/4)",
    "¾": "(3/4)",
    "[": "(",
    "]": ")",
    "{": "(",
    "}": ")",
  }),
);
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ";
const SUPERSCRIPT_MEANS = "0123456789+-()n";
const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";

const TOKEN = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+|[A-Za-z][A-Za-z0-9_]*|\s+|[\s\S]/gu;
const isNumber = (token: string): boolean => /^\.?\d/u.test(token);
const isName = (token: string): boolean => /^[A-Za-z]/u.test(token);

/** Replaces typographic signs with those of the notation. */
const mend = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll("**", "^")
    .replace(/[\uFF01-\uFF5E]/gu, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replace(/[^\x20-\x7e]|[[\]{}]/gu, (sign) => SYMBOLS.get(sign) ?? sign)
    .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ]+/gu, (run) => {
      const plain = [...run].map((sign) => SUPERSCRIPT_MEANS[SUPERSCRIPTS.indexOf(sign)] ?? "").join("");
      return plain.length === 1 ? `^${plain} ` : `^(${plain})`;
    })
    .replace(
      /([A-Za-z][A-Za-z0-9_]*)\s*([₀-₉]+)/gu,
      (_all, name: string, run: string) => `${name}_${[...run].map((sign) => SUBSCRIPTS.indexOf(sign)).join("")}`,
    )
    .replace(/(\d+(?:\.\d+)?)\s*°/gu, "($1*pi/180)");

/** `xsin` → x, sin; `sinx` → sin, x; `xy` → x, y. A longer unknown word stays one name. */
const splitName = (word: string, beforeParen: boolean): readonly string[] => {
  const known = ALIASES.get(word) ?? word;
  if (WORDS.has(known) || !/^[A-Za-z]+$/u.test(word)) return [known];
  if (beforeParen) {
    for (let start = 1; start < word.length && start <= 2; start++) {
      const rest = word.slice(start);
      if (isFunction(rest)) return [...word.slice(0, start), ALIASES.get(rest) ?? rest];
    }
  } else {
    const head = word.slice(0, -1);
    if (head.length > 1 && isFunction(head)) return [ALIASES.get(head) ?? head, word.slice(-1)];
  }
  return word.length === 2 ? [...word] : [known];
};

/** The index after the group that opens at `start`, or after the single atom there. */
const endOfAtom = (tokens: readonly string[], start: number): number => {
  if (tokens[start] !== "(") return start + 1;
  let depth = 0;
  for (let at = start; at < tokens.length; at++) {
    if (tokens[at] === "(") depth++;
    else if (tokens[at] === ")" && --depth === 0) return at + 1;
  }
  return tokens.length;
};

/** Gives bare arguments their parentheses: `sin 2x` → sin(2x), `sin^2 x` → sin(x)^2, `sqrt 2 x` → sqrt(2)x. */
const wrapArguments = (tokens: readonly string[]): readonly string[] => {
  const out: string[] = [];
  let at = 0;
  while (at < tokens.length) {
    const token = tokens[at++] ?? "";
    out.push(token);
    if (!FUNCTIONS.has(token)) continue;
    let power: readonly string[] = [];
    if (tokens[at] === "^") {
      const end = tokens[at + 1] === "-" ? at + 3 : endOfAtom(tokens, at + 1);
      power = tokens.slice(at, end);
      at = end;
      if (/^\^\(?-1\)?$/u.test(power.join("")) && FUNCTIONS.has(`a${token}`)) {
        out[out.length - 1] = `a${token}`;
        power = [];
      }
    }
    let end = at;
    if (tokens[at] === "(") end = endOfAtom(tokens, at);
    else {
      const startsArgument = (next: string | undefined): boolean =>
        next !== undefined && (isNumber(next) || (isName(next) && !FUNCTIONS.has(next)));
      while (startsArgument(tokens[end])) {
        end += 1;
        if (tokens[end] === "^") end = endOfAtom(tokens, end + 1);
        if (token === "sqrt" || token === "cbrt") break;
      }
      if (end === at) {
        out.push(...power);
        continue;
      }
    }
    const bare = tokens[at] !== "(";
    const argument = tokens.slice(at, end);
    if (power.length > 0 || bare) {
      out.push(...(bare ? ["(", ...argument, ")"] : wrapArguments(argument)), ...power);
      at = end;
    }
  }
  return out;
};

/** The text as tokens of the notation, with each multiplication written out. Unknown signs are tokens of their own. */
export const tokens = (text: string): readonly string[] => {
  const raw = (mend(text).match(TOKEN) ?? []).filter((token) => token.trim() !== "");
  const words = raw.flatMap((token, at) => (isName(token) ? splitName(token, raw[at + 1] === "(") : [token]));
  const out: string[] = [];
  for (const token of wrapArguments(words)) {
    const left = out.at(-1);
    const startsValue = isNumber(token) || isName(token) || token === "(";
    const endsValue =
      left !== undefined && (isNumber(left) || left === ")" || left === "!" || (isName(left) && !FUNCTIONS.has(left)));
    const isCall = token === "(" && left !== undefined && isName(left) && left.length > 1 && !WORDS.has(left);
    const twoNumbers = left !== undefined && isNumber(left) && isNumber(token);
    if (startsValue && endsValue && !isCall && !twoNumbers) out.push("*");
    out.push(token);
  }
  return out;
};

/**
 * Plain text made regular: Unicode operators, superscripts and full-width signs become ASCII, `2x` becomes `2*x`,
 * `x(x+1)` `x*(x+1)`, `sin 2x` `sin(2*x)`. What is no mathematics passes unharmed, and so does text of more than 4,000
 * characters. Normalising twice changes nothing more.
 */
export const normalise = (text: string): string => {
  let current = text;
  // Joined tokens may read anew as something regular, in nonsense such as `√_₁`: rare, and settled by going on.
  for (let round = 0; round < MAX_ROUNDS && current.length <= MAX_CHARS; round++) {
    const next = tokens(current).reduce((all, token) => `${all}${wouldMerge(all, token) ? " " : ""}${token}`, "");
    if (next === current) break;
    current = next;
  }
  return current;
};
const MAX_CHARS = 4_000;
const MAX_ROUNDS = 8;

/** Whether a token, put right behind a text, would be read as one with its end. */
const wouldMerge = (text: string, token: string): boolean =>
  (/[\d.]$/u.test(text) && isNumber(token)) || (text.endsWith("*") && token === "*");
