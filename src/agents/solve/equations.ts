/** A run of characters that can stand in a formula, with one `=` in it. Words end it; single letters are unknowns. */
const FORMULA = /[\p{Script=Latin}\d\s+\-−*×·/÷^().,²³√|{}\\_]+=(?!=)[\p{Script=Latin}\d\s+\-−*×·/÷^().²³√|{}\\_]+/gu;
const WORD = /(?<![\\\p{L}])(?!(?:sqrt|sin|cos|tan|ln|log|exp|abs|pi|frac|cdot|times)\b)\p{L}{2,}/gu;

/** At most this much of a question is searched: more is no exercise. */
const MAX_CHARS = 4000;

/**
 * The equations that a text states, such as `2x + 3 = 7` in `2x + 3 = 7 을 풀어줘.`. What is no equation in unknowns, like
 * `y = f(x)` spelled in words, may slip through: checking it by substitution then says that it cannot tell.
 */
export const equationsIn = (text: string): readonly string[] => {
  // A word cannot be part of a formula: it parts one from the next.
  const parts = text
    .slice(0, MAX_CHARS)
    .replace(/\$+|\\[[\]()]/g, " ; ")
    .replace(WORD, " ; ")
    .split(/[;,\n]/);
  return parts
    .flatMap((part) => part.match(FORMULA) ?? [])
    .map(tidy)
    .filter(hasUnknown);
};

const tidy = (formula: string): string => formula.trim().replace(/[\s.,]+$/, "");

const hasUnknown = (formula: string): boolean => {
  const [left, right, ...more] = formula.split("=");
  return more.length === 0 && !!left?.trim() && !!right?.trim() && /\p{L}/u.test(formula);
};

/** One way to give every unknown a value. */
export type Assignment = Readonly<Record<string, string>>;

const BOLD = /\*\*([^*]+)\*\*/g;
const VALUE = /(?<![\p{L}\d])([a-z])\s*=\s*([^=,;]+?)(?=\s*(?:,|;|$|또는|혹은|이고|그리고|\bor\b|\band\b))/giu;

/**
 * The values that an answer gives in its last bold words, such as `**x = 2**` or `**x = 2 or x = 3**`.
 * An unknown with several values gives several assignments; several unknowns with one value each give one together.
 */
export const assignmentsIn = (answer: string): readonly Assignment[] => {
  const bold = [...answer.slice(-MAX_CHARS).matchAll(BOLD)].at(-1)?.[1] ?? "";
  const found = [...bold.matchAll(VALUE)].map((match) => [match[1] ?? "", (match[2] ?? "").trim()] as const);
  const names = new Set(found.map(([name]) => name));
  if (names.size === found.length) return found.length === 0 ? [] : [Object.fromEntries(found)];
  return names.size === 1 ? found.map(([name, value]) => ({ [name]: value })) : [];
};
