import { type Expression, some, unknowns } from "../../../notation/expression.ts";
import type { Wording } from "./answer.ts";

const isDecimalLogarithm = (part: Expression): boolean => part.kind === "call" && part.name === "log10";

/** An angle without a unit, which the user may have meant in degrees. */
const isBareAngle = (part: Expression): boolean => {
  if (part.kind !== "call" || !/^(?:sin|cos|tan|sec|csc|cot)$/.test(part.name)) return false;
  const [angle] = part.args;
  const holdsPi = (of: Expression): boolean => some(of, (one) => one.kind === "name" && one.name === "pi");
  return (
    angle !== undefined &&
    unknowns(angle).length === 0 &&
    !holdsPi(angle) &&
    !(angle.kind === "number" && angle.text === "0")
  );
};

/** Explains how signs with several conventions were read. Empty when there are none. */
export const conventions = (expressions: readonly Expression[], localized: Wording): string => {
  const lines = [
    ...(expressions.some((of) => some(of, isDecimalLogarithm))
      ? [
          localized({
            ko: "밑이 적히지 않은 log는 상용로그(밑 10)로 읽었습니다.",
            en: "A log without a base is read to base 10.",
          }),
        ]
      : []),
    ...(expressions.some((of) => some(of, isBareAngle))
      ? [localized({ ko: "각은 라디안으로 읽었습니다.", en: "Angles without a degree sign are read in radians." })]
      : []),
  ];
  return lines.join(" ");
};
