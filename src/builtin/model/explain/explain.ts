import type { Locale } from "../../../domain/run.ts";
import { readTool } from "../show.ts";
import type { Task } from "../task.ts";
import { localizerFor, unanswered } from "./answer.ts";
import { explainCalculated } from "./calculated.ts";
import { explainCommand } from "./command.ts";
import { explainEquations } from "./equations.ts";
import { explainInequalities } from "./inequalities.ts";
import { explainPlot } from "./plotted.ts";
import { calculatedIn, failureIn, imageUrlIn, solvedIn } from "./results.ts";
import { verdictOf } from "./verdict.ts";

export interface Outcome {
  readonly output: unknown;
  readonly isError: boolean;
}

const failed = (output: unknown, locale: Locale): string => {
  const localized = localizerFor(locale);
  // The rest of the message is advice for a model, not for the reader.
  const [reason = ""] = failureIn(output).split(/(?<=[.;]) /);
  return unanswered(
    [
      localized({
        ko: "문제는 알아보았지만 도구가 답을 내지 못했습니다. 확인되지 않은 답을 지어내지 않겠습니다.",
        en: "I understood the question, but the tool could not answer it, and I will not make an answer up.",
      }),
      reason === "" ? "" : localized({ ko: `도구의 설명: “${reason}”`, en: `The tool says: “${reason}”` }),
    ],
    localized({ ko: "답을 구하지 못했습니다.", en: "Not solved." }),
  );
};

/**
 * Returns the whole answer to a task after its tool call. Its last line is the result in bold, or says without bold
 * that there is none.
 */
export const explain = (task: Task, { output, isError }: Outcome, locale: Locale): string => {
  if (isError) return failed(output, locale);
  if (task.kind === "equations") {
    const solved = solvedIn(output);
    return solved === null ? failed(output, locale) : explainEquations(task, solved, locale);
  }
  if (task.kind === "plot") return explainPlot(task, imageUrlIn(output), locale);
  if (task.kind === "inequalities") {
    const range = solvedIn(output)?.range ?? null;
    return range === null ? failed(output, locale) : explainInequalities(task, range, locale);
  }
  const calculated = calculatedIn(output);
  if (calculated !== null && task.kind === "command") return explainCommand(task, calculated, locale);
  // A number that an independent calculation refutes is not an answer.
  if (calculated !== null && task.kind === "arithmetic" && verdictOf(task, readTool(calculated.result)) === "refuted")
    return failed(output, locale);
  return calculated === null || task.kind === "command"
    ? failed(output, locale)
    : explainCalculated(task, calculated, locale);
};
