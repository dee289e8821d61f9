import type { Locale } from "../../../domain/run.ts";
import { toText } from "../../../notation/print.ts";
import { decimals } from "../show.ts";
import type { TaskOf } from "../task.ts";
import { answer, localizerFor, unanswered } from "./answer.ts";

/** @param url The relative URL of the picture. Null when the tool returned none, so that there is nothing to show. */
export const explainPlot = ({ of, variable, from, to }: TaskOf<"plot">, url: string | null, locale: Locale): string => {
  const localized = localizerFor(locale);
  const shown = of.map((expr) => `y = ${toText(expr)}`).join(", ");
  const range = `${decimals(from)} ≤ ${variable} ≤ ${decimals(to)}`;
  const alt = shown.replace(/[[\]]/g, "");
  if (url === null || /[\s()<>]/.test(url))
    return unanswered([], localized({ ko: "그래프를 그리지 못했습니다.", en: "The graph could not be drawn." }));
  return answer(
    [
      localized({ ko: `\`${range}\` 범위에서 그래프를 그렸습니다.`, en: `The graph over \`${range}\`:` }),
      `![${alt}](${url})`,
    ],
    localized({ ko: `그래프: ${shown} (${range})`, en: `Graph: ${shown} (${range})` }),
  );
};
