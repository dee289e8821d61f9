import type { Locale } from "../../../domain/run.ts";
import type { Comparison } from "../../../notation/expression.ts";
import { toText } from "../../../notation/print.ts";
import { show } from "../show.ts";
import type { TaskOf } from "../task.ts";
import { answer, localizerFor, type Wording } from "./answer.ts";

const comparisonToText = ({ sides, relations }: Comparison): string =>
  sides.map((side, at) => `${at === 0 ? "" : ` ${relations[at - 1]} `}${toText(side)}`).join("");

/** Formats the tool's range, `x < 2 or x > 3`, in the reader's language and with each bound in the usual notation. */
const rangeText = (range: string, localized: Wording): string => {
  if (range === "all") return localized({ ko: "모든 실수", en: "all real numbers" });
  if (range === "none") return localized({ ko: "해가 없습니다", en: "no solution" });
  const parts = range.split(" or ").map((part) =>
    part
      .split(/( (?:<|>|≤|≥|≠|=) )/)
      .map((piece, at) => (at % 2 === 0 ? show(piece) : piece))
      .join(""),
  );
  return parts.join(localized({ ko: " 또는 ", en: " or " }));
};

/** @param range As the tool formats it. */
export const explainInequalities = (task: TaskOf<"inequalities">, range: string, locale: Locale): string => {
  const localized = localizerFor(locale);
  const shown = task.of.map((comparison) => `\`${comparisonToText(comparison)}\``).join(", ");
  return answer(
    [
      localized({
        ko: `다음 부등식을 ${task.variable}에 대하여 풉니다: ${shown}`,
        en: `We solve for real ${task.variable}: ${shown}`,
      }),
      localized({
        ko: "양변이 같아지는 값과 정의되지 않는 값으로 수직선을 나누고, 각 구간에서 부호를 확인합니다.",
        en: "The values where both sides are equal, or one is not defined, part the number line; the sign is checked in each part.",
      }),
      localized({
        ko: "검산: 구간마다 여러 수를 대입해 성립하는지 확인했습니다.",
        en: "Check: several numbers of every part were put into the original.",
      }),
    ],
    `${localized({ ko: "답", en: "Answer" })}: ${rangeText(range, localized)}`,
  );
};
