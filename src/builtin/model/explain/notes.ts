import type { Locale } from "../../../domain/run.ts";
import { unknowns } from "../../../notation/expression.ts";
import { differenceOf, isClose, linearOf } from "../sample.ts";
import type { TaskOf } from "../task.ts";
import { localizerFor } from "./answer.ts";
import type { Solved } from "./results.ts";

/** What a list of solutions cannot express: that there is none, that everything is one, or that some are complex. */
export interface Note {
  readonly sentence: string;
  /** A few words for the last line. Empty when the solutions suffice. */
  readonly result: string;
  /** Whether the note answers a question without listed solutions. That nothing was found is not an answer. */
  readonly isAnswer: boolean;
}

/** Both sides are equal for every value of the unknowns (`all`), or differ by a constant (`none`). */
const constantIn = ({ equations }: TaskOf<"equations">): "all" | "none" | null => {
  const [first] = equations;
  if (first === undefined || equations.length > 1) return null;
  const linear = linearOf(differenceOf(first), unknowns(first.left, first.right).slice(0, 3));
  if (linear === null || linear.slice(0, -1).some((coefficient) => coefficient !== 0)) return null;
  return isClose(linear.at(-1) ?? 0, 0) ? "all" : "none";
};

export const noteIn = (task: TaskOf<"equations">, { solutions, note }: Solved, locale: Locale): Note => {
  const localized = localizerFor(locale);
  const constant = solutions.length === 0 ? constantIn(task) : null;
  if (constant === "all" || /identity|infinitely|every|all real/i.test(note)) {
    return {
      sentence:
        solutions.length === 0
          ? localized({
              ko: "미지수에 어떤 값을 넣어도 양변이 같으므로 항등식입니다.",
              en: "Both sides are equal whatever the unknown is: it is an identity.",
            })
          : localized({
              ko: "해가 무수히 많습니다. 남은 미지수는 자유롭게 정할 수 있습니다.",
              en: "There are infinitely many solutions: the remaining unknowns are free.",
            }),
      result: localized({ ko: "해가 무수히 많습니다", en: "infinitely many solutions" }),
      isAnswer: true,
    };
  }
  if (/whole intervals/.test(note)) {
    return {
      sentence: localized({
        ko: "해가 낱낱의 수가 아니라 구간을 이룹니다. 부등식으로 바꾸어 물어보시면 그 구간을 구할 수 있습니다.",
        en: "The solutions are whole intervals, not single numbers. Asked as an inequality, their ends can be found.",
      }),
      result: localized({
        ko: "해가 무수히 많습니다 (구간 전체)",
        en: "infinitely many solutions, on whole intervals",
      }),
      isAnswer: true,
    };
  }
  if (/no.?real.?solution was found/i.test(note)) {
    return {
      sentence: localized({
        ko: "찾아본 범위(-1000부터 1000까지)에서 실수해를 찾지 못했습니다.",
        en: `The tool's remark: ${note}.`,
      }),
      result: localized({ ko: "실수해를 찾지 못했습니다", en: "No real solution was found" }),
      isAnswer: false,
    };
  }
  if ((solutions.length > 0 || task.isReal) && /no.?real/i.test(note)) {
    return {
      sentence: localized({
        ko: "실수해는 없고 허수해만 있습니다.",
        en: "There is no real solution, only complex ones.",
      }),
      result: localized({ ko: "실수해는 없음", en: "no real solution" }),
      isAnswer: true,
    };
  }
  if (constant === "none" || /no.?(?:real.?)?solution/i.test(note)) {
    return {
      sentence: localized({
        ko: "어떤 값도 식을 만족할 수 없습니다.",
        en: "No value can satisfy it.",
      }),
      result: localized({ ko: "해가 없습니다", en: "no solution" }),
      isAnswer: true,
    };
  }
  const period = /add any multiple of ([\d*a-z]+)/i.exec(note)?.[1]?.replaceAll("*", "").replace("pi", "π");
  if (period !== undefined) {
    return {
      sentence: localized({
        ko: `주기함수이므로 각 해에 ${period}의 정수배를 더한 값도 모두 해입니다.`,
        en: `The equation is periodic: whole multiples of ${period} may be added to each solution.`,
      }),
      result: localized({ ko: `+ ${period}의 정수배`, en: `plus any multiple of ${period}` }),
      isAnswer: true,
    };
  }
  if (solutions.length === 0) {
    return {
      sentence: localized({
        ko: "도구가 이 식의 해를 찾지 못했습니다. 해가 없다는 뜻은 아닙니다.",
        en: "The tool found no solution; that does not mean that there is none.",
      }),
      result: localized({ ko: "해를 찾지 못했습니다", en: "No solution was found" }),
      isAnswer: false,
    };
  }
  if (/rounded|approximat/i.test(note)) {
    return {
      sentence: localized({ ko: "일부 값은 반올림한 근삿값입니다.", en: "Some values are rounded." }),
      result: "",
      isAnswer: true,
    };
  }
  if (/between -1000 and 1000/.test(note)) {
    return {
      sentence: localized({
        ko: "-1000과 1000 사이의 실수해입니다. 그 밖에 해가 더 있을 수 있습니다.",
        en: "These are the real solutions between -1000 and 1000; there may be others beyond.",
      }),
      result: /first \d+ of many/.test(note)
        ? localized({ ko: "그 밖에도 해가 많습니다", en: "and many more" })
        : localized({ ko: "-1000과 1000 사이에서", en: "between -1000 and 1000" }),
      isAnswer: true,
    };
  }
  return { sentence: "", result: "", isAnswer: true };
};
