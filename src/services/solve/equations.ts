/** At most this much of a question is searched: more is no exercise. */
const MAX_CHARS = 4000;

/** Stands for a word, which cannot be part of a formula. */
const WORD = "\u0001";
const WORDS = /(?<![\\\p{L}])(?!(?:sqrt|pi|exp|ln|abs|frac|cdot|times|div|left|right)(?!\p{L}))\p{Script=Latin}{2,}/gu;

/** Between one formula and the next. A comma between digits may be anything. */
const BETWEEN = /[;:?\n"“”。、…$]|(?<!\d),|,(?!\d)|\p{Script=Hangul}+/u;
const FORMULA = /^[\p{Script=Latin}πΠ\d\s+\-−*×·÷/^().=²³√|{}\\_]+$/u;

/** A word that was the name of an unknown, such as `xy` or `5cm`, rather than a word of the sentence. */
const CUT = new RegExp(
  `[\\d)}²³]${WORD}|${WORD}[\\d({^_]|[-−+*×·÷/^]\\s*${WORD}|${WORD}\\s*[+*×·÷/^]|${WORD}\\s*[-−]\\s`,
  "u",
);
/** Beginning or end of a formula that something has been cut off from, or a number of the exercise in front of it. */
const TORN = /^\s*(?:[+*×·÷/^=)}]|[-−]\s|\(?\d+\))|[-−+*×·÷/^=\\]\s*$/u;
/** Two things that only white space parts: a product, or the end of a sentence before a formula. */
const JUXTAPOSED = /[\p{L}\d)}²³]\s+[\p{L}\d({\\√|]/u;
/** A base of ten or of e, degrees or radians, a function or a factor: the question does not say. */
const AMBIGUOUS = /log|(?<![\p{L}\\])\\?(?:a|arc)?(?:sin|cos|tan|cot|sec|csc)|°|(?<!\p{L})[fghFGH]\s*\(/u;
/** A value that is given, rather than asked for: `x = 3`. */
const GIVEN = /^\s*\p{L}\s*=\s*[-−+*/^().\d√π\s]*$/u;

/**
 * The equations that a question asks to solve, such as `2x + 3 = 7` in `2x + 3 = 7 을 풀어줘.`; none where there is any
 * doubt, since an answer that does not hold is asked for again. So what is no equation in unknowns must not slip through,
 * nor half of one. Never throws; reads the first 4,000 characters in linear time.
 */
export const equationsIn = (text: string): readonly string[] => {
  if (!/[=＝]/.test(text)) return [];
  const found = plain(text.slice(0, MAX_CHARS))
    .split(BETWEEN)
    .filter((part) => !CUT.test(part))
    .flatMap((part) => part.split(WORD))
    .filter((piece) => piece.includes("="))
    .map((piece) => piece.replace(/[\s.({]+$/u, "").trimStart());
  // Two equations run into one, or exercises side by side.
  if (found.some((piece) => piece.split("=").length > 2)) return [];
  const equations = found.filter(isEquation);
  return equations.length > unknownsOf(equations.join(" ")).size ? [] : equations;
};

/** What people and LaTeX put around and into formulas, taken away. */
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
  ![TORN, JUXTAPOSED, AMBIGUOUS, GIVEN].some((doubt) => doubt.test(piece));

/** The single letters; `e` and `i` are numbers. */
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
