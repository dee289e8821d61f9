import { type Comparison, type Expression, unknowns } from "../../notation/expression.ts";
import { equationToTool, realToTool, toTool } from "../../notation/print.ts";
import type { Task } from "./task.ts";

/** The tool that a task needs, by the name under which agents offer it, and its input. */
export interface NeededCall {
  readonly name: "solve_equation" | "calculate" | "plot_function";
  readonly input: Readonly<Record<string, unknown>>;
}

const calculate = (name: string, ...args: readonly (Expression | string)[]): NeededCall => {
  const inside = args.map((arg) => (typeof arg === "string" ? arg : toTool(arg))).join(", ");
  return { name: "calculate", input: { expression: `${name}(${inside})` } };
};

const comparisonToTool = ({ sides, relations }: Comparison): string =>
  sides.map((side, at) => `${at === 0 ? "" : relations[at - 1]}${realToTool(side)}`).join("");

export const callFor = (task: Task): NeededCall => {
  switch (task.kind) {
    case "equations": {
      const equations = [...task.equations.map(equationToTool), ...task.within.map(comparisonToTool)];
      const all = unknowns(...task.equations.flatMap(({ left, right }) => [left, right]));
      const chosen = task.variables.length < all.length ? { variables: task.variables } : {};
      return { name: "solve_equation", input: { equations, ...chosen } };
    }
    case "inequalities":
      return { name: "solve_equation", input: { equations: task.of.map(comparisonToTool) } };
    case "arithmetic":
      return { name: "calculate", input: { expression: toTool(task.of) } };
    case "command":
      return calculate(task.command, ...task.args);
    case "derivative":
      return calculate("diff", task.of, task.variable, ...(task.order === 1 ? [] : [String(task.order)]));
    case "integral":
      return task.bounds === null
        ? calculate("integrate", task.of, task.variable)
        : calculate("defint", task.of, task.bounds.from, task.bounds.to, task.variable);
    case "limit":
      return calculate("limit", task.of, task.variable, task.to, ...(task.side === null ? [] : [task.side]));
    case "sum":
      return calculate("sum", task.of, task.variable, task.bounds.from, task.bounds.to);
    case "rewrite":
      return calculate(task.how, task.of);
    case "plot": {
      const { variable, from, to } = task;
      return { name: "plot_function", input: { expressions: task.of.map(realToTool), variable, from, to } };
    }
  }
};
