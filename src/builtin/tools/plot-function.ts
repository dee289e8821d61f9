import { Type } from "@sinclair/typebox";
import type { Locale } from "../../domain/run.ts";
import { MAX_EXPRESSION_CHARS } from "../../notation/read.ts";
import { type Tool, ToolError } from "../../tools/contract.ts";
import { formula } from "../plot/formula.ts";
import type { MathsWorkers } from "./maths-workers.ts";

const Bound = Type.Number({ minimum: -1e6, maximum: 1e6 });
const Input = Type.Object({
  expressions: Type.Array(Type.String({ minLength: 1, maxLength: MAX_EXPRESSION_CHARS }), {
    minItems: 1,
    maxItems: 4,
    description: "Functions of one variable in plain notation: x^2-1, sin(x), 1/x.",
  }),
  variable: Type.Optional(Type.String({ pattern: "^[A-Za-z][A-Za-z0-9_]{0,19}$", default: "x" })),
  from: Bound,
  to: Bound,
  title: Type.Optional(Type.String({ maxLength: 200 })),
});

const MEDIA_TYPE = "image/svg+xml";
const altOf = (expressions: readonly string[], locale: Locale): string => {
  const list = expressions.map((text) => `y = ${formula(text)}`).join(", ");
  return locale === "ko" ? `그래프: ${list}` : `Graph of ${list}`;
};

/** `plot_function` announces a picture, draws and stores it, and returns its address. */
export const plotFunctionTool = (workers: MathsWorkers): Tool<typeof Input> => ({
  name: "plot_function",
  description:
    "Draws the graphs of up to four functions of one variable over an interval; the user sees the picture in the answer. " +
    "Choose an interval that shows what matters: roots, turning points, asymptotes.",
  input: Input,
  async *call({ expressions, variable = "x", from, to, title }, { userId, signal, system, locale, saveImage }) {
    if (from >= to) throw new ToolError("`from` must be less than `to`.");
    const image_id = system.id();
    yield { type: "image_placeholder", payload: { image_id, alt: altOf(expressions, locale) } };
    try {
      const drawing = await workers.run({ kind: "plot", expressions, variable, from, to, title }, { userId, signal });
      const { svg, width, height, points, yRange } = drawing;
      const url = await saveImage({
        imageId: image_id,
        mediaType: MEDIA_TYPE,
        bytes: new TextEncoder().encode(svg),
        width,
        height,
      });
      yield { type: "image_result", payload: { image_id, url, media_type: MEDIA_TYPE, width, height } };
      return { image_id, url, points, y_range: yRange };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const message = locale === "ko" ? "그림을 그리지 못했습니다." : "The picture could not be drawn.";
      yield { type: "image_result", payload: { image_id, error: message } };
      throw error;
    }
  },
});
