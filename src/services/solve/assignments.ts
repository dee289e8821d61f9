/** At most this much of an answer's end is searched for its result. */
const MAX_CHARS = 4000;

const BOLD = /\*\*([^*]+)\*\*/g;
/** What an answer may call itself, before its values. */
const LABEL = /^\s*(?:(?:final\s+)?(?:answer|solution)s?|(?:최종\s*)?(?:정답|답|해))\s*[:：]/iu;
/** Between one value and the next. A comma between digits may be anything. */
const BETWEEN = /;|(?<!\d),|,(?!\d)|\s(?:or|and)\s|\s*(?:또는|혹은|이거나|이고|그리고)\s*/iu;
const CLAUSE = /^([a-z])\s*=\s*([^=]+)$/iu;
/** Numbers and what is made of them; anything else may be a unit, a remark or a name for any whole number. */
const NUMBER =
  /^(?:[\d.+\-−*×·÷/^()\s²³√π{}]|\\?(?:frac|sqrt|cdot|times|pi|left|right)(?![a-z])|(?<![a-z])[ei](?![a-z]))+$/u;

/** One way to give every unknown a value. */
export type Assignment = Readonly<Record<string, string>>;

/**
 * The values that an answer gives in its last bold words, such as `**x = 2**` or `**Answer: x = 2 or x = 3**`.
 * An unknown with several values gives several assignments; several unknowns with one value each give one together.
 * None where there is any doubt: values are taken literally, and every part of the bold words has to be one.
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
