import type { Locale } from "../../../domain/run.ts";
import { some, unknowns } from "../../../notation/expression.ts";
import { equationToText } from "../../../notation/print.ts";
import { differenceOf, linearOf, quadraticOf } from "../sample.ts";
import { approximation, readTool, show } from "../show.ts";
import type { TaskOf } from "../task.ts";
import { answer, localizerFor, numbered, unanswered, type Wording } from "./answer.ts";
import { conventions } from "./conventions.ts";
import { byElimination } from "./elimination.ts";
import { narrated } from "./narrate.ts";
import { noteIn } from "./notes.ts";
import { byFactorsOrDiscriminant } from "./quadratic.ts";
import type { Solved } from "./results.ts";
import { checks, MAX_SHOWN, type Solution } from "./substitution.ts";

type Task = TaskOf<"equations">;

const opening = ({ equations, variables }: Task, localized: Wording): string => {
  const shown = equations.map((equation) => `\`${equationToText(equation)}\``).join(", ");
  const names = variables.join(", ");
  return equations.length > 1
    ? localized({
        ko: `다음 연립방정식을 ${names}에 대하여 풉니다: ${shown}`,
        en: `We solve this system for ${names}: ${shown}`,
      })
    : localized({
        ko: `다음 방정식을 ${names}에 대하여 풉니다: ${shown}`,
        en: `We solve this equation for ${names}: ${shown}`,
      });
};

const method = (task: Task, solved: Solved, locale: Locale): string => {
  const [first] = task.equations;
  const [variable] = task.variables;
  if (first === undefined || variable === undefined) return "";
  const onlyOne = unknowns(first.left, first.right).length === 1;
  if (task.equations.length === 2 && task.variables.length === 2) {
    const text = byElimination(task.equations, task.variables, solved.solutions, locale);
    if (text !== "") return text;
  }
  if (task.equations.length === 1 && onlyOne) {
    const linear = linearOf(differenceOf(first), [variable]);
    if (linear !== null && solved.steps.length > 0) return numbered(narrated(solved.steps, locale));
    const coefficients = quadraticOf(differenceOf(first), variable);
    if (coefficients !== null && coefficients[0] !== 0)
      return byFactorsOrDiscriminant(coefficients, variable, solved.solutions, locale);
  }
  if (solved.steps.length > 0) return numbered(narrated(solved.steps, locale));
  if (solved.solutions.length === 0) return "";
  return localizerFor(locale)({
    ko: "해는 기호 계산 도구가 구했습니다.",
    en: "The solutions were found by the symbolic tool.",
  });
};

/** A number with this many decimals is rounded. */
const ROUNDED = /\.\d{6}/;

const written = (solution: Solution): string =>
  Object.entries(solution)
    .map(([name, value]) => `${name} ${ROUNDED.test(value) ? "≈" : "="} ${show(value)}`)
    .join(", ");

/** Reduces the solutions to the real ones when only these are asked for. */
const requestedSolutions = (task: Task, solved: Solved): Solved => {
  if (!task.isReal) return solved;
  const isReal = (value: string): boolean => {
    const expr = readTool(value);
    return expr !== null && !some(expr, (part) => part.kind === "name" && part.name === "i");
  };
  const solutions = solved.solutions.filter((solution) => Object.values(solution).every(isReal));
  return { ...solved, solutions };
};

const inDecimals = (solutions: readonly Solution[], localized: Wording): string => {
  const values = solutions.slice(0, MAX_SHOWN).flatMap((solution) =>
    Object.entries(solution).flatMap(([name, value]) => {
      const decimal = approximation(value);
      return decimal === null ? [] : [`\`${name} ≈ ${decimal}\``];
    }),
  );
  if (values.length === 0) return "";
  return localized({ ko: `소수로 나타내면 ${values.join(", ")}입니다.`, en: `In decimals: ${values.join(", ")}.` });
};

export const explainEquations = (task: Task, found: Solved, locale: Locale): string => {
  const solved = requestedSolutions(task, found);
  const localized = localizerFor(locale);
  const note = noteIn(task, solved, locale);
  const label = localized({ ko: "답", en: "Answer" });
  if (solved.solutions.length === 0) {
    const paragraphs = [opening(task, localized), method(task, solved, locale), note.sentence];
    return note.isAnswer ? answer(paragraphs, `${label}: ${note.result}`) : unanswered(paragraphs, `${note.result}.`);
  }
  const check = checks(task, solved.solutions, localized);
  if (check.failed)
    return unanswered(
      [opening(task, localized), method(task, solved, locale), note.sentence, check.text],
      localized({
        ko: "구한 값을 대입하면 맞지 않으므로 답으로 내지 않습니다.",
        en: "Not solved: the values that were found fail when they are put back in.",
      }),
    );
  const shown = solved.solutions.slice(0, MAX_SHOWN).map(written);
  const alone = shown.length === 1 || task.variables.length === 1;
  const list = (alone ? shown : shown.map((text) => `(${text})`)).join(localized({ ko: " 또는 ", en: " or " }));
  const remarks = [...(solved.solutions.length > MAX_SHOWN ? ["…"] : []), ...(note.result === "" ? [] : [note.result])];
  return answer(
    [
      opening(task, localized),
      conventions(
        task.equations.flatMap(({ left, right }) => [left, right]),
        localized,
      ),
      method(task, solved, locale),
      note.sentence,
      check.text,
      inDecimals(solved.solutions, localized),
    ],
    `${label}: ${[list, ...remarks].join(", ")}`,
  );
};
