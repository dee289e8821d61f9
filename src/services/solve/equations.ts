/** The part of a question that is searched, in UTF-16 units. A longer text is not an exercise. */
const MAX_CHARS = 4000;

/** Replaces each word that cannot be part of a formula. */
const WORD = "\u0001";
const WORDS = /(?<![\\\p{L}])(?!(?:sqrt|pi|exp|ln|abs|frac|cdot|times|div|left|right)(?!\p{L}))\p{Script=Latin}{2,}/gu;

/** Separates formulas. A comma between digits is ambiguous, so it does not separate. */
const BETWEEN = /[;:?\n"“”。、…$]|(?<!\d),|,(?!\d)|\p{Script=Hangul}+/u;
const FORMULA = /^[\p{Script=Latin}πΠ\d\s+\-−*×·÷/^().=²³√|{}\\_]+$/u;

/** A word that names an unknown, such as `xy` or `5cm`, rather than a word of the sentence. */
const CUT = new RegExp(
  `[\\d)}²³]${WORD}|${WORD}[\\d({^_]|[-−+*×·÷/^]\\s*${WORD}|${WORD}\\s*[+*×·÷/^]|${WORD}\\s*[-−]\\s`,
  "u",
);
/** A formula whose beginning or end was cut off, or one with the number of the exercise before it. */
const TORN = /^\s*(?:[+*×·÷/^=)}]|[-−]\s|\(?\d+\))|[-−+*×·÷/^=\\]\s*$/u;
/** Two terms separated by white space alone: either a product, or the end of a sentence before a formula. */
const JUXTAPOSED = /[\p{L}\d)}²³]\s+[\p{L}\d({\\√|]/u;
/**
 * The question does not say whether a logarithm has base ten or e, whether an angle is in degrees or radians, or
 * whether a letter is a function or a factor.
 */
const AMBIGUOUS = /log|(?<![\p{L}\\])\\?(?:a|arc)?(?:sin|cos|tan|cot|sec|csc)|°|(?<!\p{L})[fghFGH]\s*\(/u;
/** A value that is given rather than asked for: `x = 3`. */
const GIVEN = /^\s*\p{L}\s*=\s*[-−+*/^().\d√π\s]*$/u;

/**
 * Returns the equations that a question asks to solve, such as `2x + 3 = 7` in `2x + 3 = 7 을 풀어줘.`. Empty when in
 * doubt, since an answer that does not satisfy them is asked for again. So it must never return half an equation, or
 * text that is not an equation in unknowns. Never throws; reads the first 4,000 characters in linear time.
 */
export const equationsIn = (text: string): readonly string[] => {
  if (!/[=＝]/.test(text)) return [];
  const found = plain(text.slice(0, MAX_CHARS))
    .split(BETWEEN)
    .filter((part) => !CUT.test(part))
    .flatMap((part) => part.split(WORD))
    .filter((piece) => piece.includes("="))
    .map((piece) => piece.replace(/[\s.({]+$/u, "").trimStart());
  // Two equations run into one, or exercises stand side by side.
  if (found.some((piece) => piece.split("=").length > 2)) return [];
  const equations = found.filter(isEquation);
  return equations.length > unknownsOf(equations.join(" ")).size ? [] : equations;
};

/** Removes what people and LaTeX put around and into formulas. */
const plain = (text: string): string =>
  text
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/\\(?:begin|end)\{[a-z*]{1,20}\}|\\\\|\\[[\]()]/g, ";")
    .replace(/\\[,:;! ]|&/g, " ")
    .replace(/(?<=\d),(?=\d{3}(?!\d))/g, "")
    .replace(/\p{L}['’]\p{L}/gu, "word")
    .replace(WORDS, WORD);

const isEquation = (piece: string): boolean =>
  FORMULA.test(piece) &&
  isBalanced(piece) &&
  unknownsOf(piece).size > 0 &&
  ![TORN, JUXTAPOSED, AMBIGUOUS, GIVEN].some((pattern) => pattern.test(piece));

/** Single letters are unknowns; `e` and `i` are numbers. */
const unknownsOf = (formula: string): ReadonlySet<string> =>
  new Set(formula.replace(/\\?[a-z]{2,}/giu, " ").match(/(?![eiπΠ])\p{L}/gu) ?? []);

const isBalanced = (formula: string): boolean => {
  let depth = 0;
  for (const sign of formula) {
    if (sign === "(") depth++;
    if (sign === ")" && --depth < 0) return false;
  }
  return depth === 0;
};
