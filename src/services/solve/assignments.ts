/** The end of an answer that is searched for its result, in UTF-16 units. */
const MAX_CHARS = 4000;

const BOLD = /\*\*([^*]+)\*\*/g;
/** A label that an answer puts before its values. */
const LABEL = /^\s*(?:(?:final\s+)?(?:answer|solution)s?|(?:최종\s*)?(?:정답|답|해))\s*[:：]/iu;
/** Separates values. A comma between digits is ambiguous, so it does not separate. */
const BETWEEN = /;|(?<!\d),|,(?!\d)|\s(?:or|and)\s|\s*(?:또는|혹은|이거나|이고|그리고)\s*/iu;
const CLAUSE = /^([a-z])\s*=\s*([^=]+)$/iu;
/** Numbers and expressions of numbers. Anything else may be a unit, a remark or a parameter for any whole number. */
const NUMBER =
  /^(?:[\d.+\-−*×·÷/^()\s²³√π{}]|\\?(?:frac|sqrt|cdot|times|pi|left|right)(?![a-z])|(?<![a-z])[ei](?![a-z]))+$/u;

/** One value for each unknown. */
export type Assignment = Readonly<Record<string, string>>;

/**
 * Returns the values in the last bold text of an answer, such as `**x = 2**` or `**Answer: x = 2 or x = 3**`.
 * One unknown with several values gives several assignments; several unknowns with one value each give one assignment.
 * Empty when in doubt: values are read literally, and every part of the bold text must be a value.
 */
export const assignmentsIn = (answer: string): readonly Assignment[] => {
  const bold = [...answer.slice(-MAX_CHARS).matchAll(BOLD)].at(-1)?.[1] ?? "";
  const clauses = bold
    .replace(LABEL, "")
    .replace(/\$+|\\[[\]()]/g, " ")
    .replace(/(?<=\d),(?=\d{3}(?!\d))/g, "")
    .split(BETWEEN)
    .map((clause) => CLAUSE.exec(clause.trim().replace(/[.,]$/, "")));
  const found: (readonly [string, string])[] = [];
  for (const clause of clauses) {
    const [, name = "", value = ""] = clause ?? [];
    if (name === "" || /[ei]/.test(name) || !NUMBER.test(value)) return [];
    found.push([name, value.trim()]);
  }
  const names = new Set(found.map(([name]) => name));
  if (names.size === found.length) return [Object.fromEntries(found)];
  return names.size === 1 ? found.map(([name, value]) => ({ [name]: value })) : [];
};
