import type { Comparison, Equation, Expression } from "../../../notation/expression.ts";
import { type Span, withLogarithms } from "../../../notation/spans.ts";
import type { Task } from "../task.ts";
import { MACROS, type Sentence, spanAt } from "./sentence.ts";

/**
 * A form in which something is asked: a pattern over the whole of a canonical sentence, and the task it means. It matches all or
 * nothing, so no rule can overlook a part of the question. `make` answers null when the formulas do not fit.
 */
export interface Rule {
  readonly pattern: RegExp;
  /** The pattern as it was written, to know which words have a meaning. */
  readonly source: string;
  readonly make: (match: Match) => Task | null;
}

const FORMS: Readonly<Record<string, string>> = {
  ...MACROS,
  /** Between the items of a list. */
  and: "(?: ?(?:,| and |&|;|와|과|하고|그리고|랑|이랑)(?: ?and |그리고)? ?)",
  /** Korean particles behind a formula or a noun. */
  j: "(?:을|를|은|는|이|가|의)?",
};
/** `{e+}` is one or more of them with something between, `{e2+}` two or more. */
const withForms = (source: string): string =>
  source
    .replace(/\{(\w+?)2\+\}/g, "{$1}(?:{and}{$1})+")
    .replace(/\{(\w+?)\+\}/g, "{$1}(?:{and}{$1})*")
    .replace(/\{(\w+)\}/g, (whole, name: string) => FORMS[name] ?? whole);

export const rule = (source: string, make: Rule["make"]): Rule => ({
  source,
  make,
  pattern: new RegExp(`^(?:${withForms(source)})$`, "u"),
});

/** What a pattern has found, by the names of its groups. */
export class Match {
  constructor(
    private readonly sentence: Sentence,
    private readonly groups: Readonly<Record<string, string | undefined>>,
  ) {}

  get isKorean(): boolean {
    return this.sentence.isKorean;
  }

  /**
   * Whether the formulas of a group stand as they were meant: where operations were said in words, the last one of `sum of 5 and 3
   * times 2` may be the operation's or the sum's.
   */
  isClear(...groups: readonly string[]): boolean {
    const of = groups.flatMap((group) => this.expressions(group));
    return !(this.sentence.isSpoken && of.some(({ kind }) => kind === "operation"));
  }

  /** Whether a group is a percentage by itself. */
  isPercent(group: string): boolean {
    return this.#spans(group).some((span) => span.kind === "expression" && span.form === "percent");
  }

  /** The same with one formula of a group in place of them all. */
  only(group: string, sign: string): Match {
    return new Match(this.sentence, { ...this.groups, [group]: sign });
  }

  word(group: string): string {
    return this.groups[group] ?? "";
  }

  #spans(group: string): readonly Span[] {
    return [...this.word(group)]
      .filter((sign) => sign >= "\ue000" && sign <= "\ue8ff")
      .map((sign) => spanAt(this.sentence, sign));
  }

  /** The expressions in the group; a `log` whose base nobody wrote is to base 10 unless told otherwise. */
  expressions(group: string, base: "natural" | "decimal" = "decimal"): readonly Expression[] {
    return this.#spans(group).flatMap((span) => (span.kind === "expression" ? [withLogarithms(span.of, base)] : []));
  }

  expression(group: string, base: "natural" | "decimal" = "decimal"): Expression | null {
    return this.expressions(group, base)[0] ?? null;
  }

  name(group: string): string | null {
    const found = this.expression(group);
    return found?.kind === "name" ? found.name : null;
  }

  /** `x1` for a lone `d/dx`. */
  derivative(group: string): string | null {
    const [found] = this.#spans(group);
    return found?.kind === "derivative" ? found.text : null;
  }

  comparisons(group: string, base: "natural" | "decimal" = "decimal"): readonly Comparison[] {
    return this.#spans(group).flatMap((span) =>
      span.kind === "comparison"
        ? [{ ...span.of, sides: span.of.sides.map((side) => withLogarithms(side, base)) }]
        : [],
    );
  }

  /** The equations in the group; null if one of its comparisons is another relation or has more than two sides. */
  equations(group: string, base: "natural" | "decimal" = "decimal"): readonly Equation[] | null {
    const found = this.comparisons(group, base).map(equationOf);
    const equations = found.filter((equation) => equation !== null);
    return equations.length === found.length ? equations : null;
  }
}

export const equationOf = ({ sides: [left, right], relations }: Comparison): Equation | null =>
  left !== undefined && right !== undefined && relations.length === 1 && relations[0] === "=" ? { left, right } : null;
