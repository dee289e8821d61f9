import type { Comparison, Equation, Expression } from "../../../notation/expression.ts";
import { type Span, withLogarithms } from "../../../notation/spans.ts";
import type { Task } from "../task.ts";
import { MACROS, type Sentence, spanAt } from "./sentence.ts";

/**
 * A form of question: a pattern over a whole canonical sentence, and the task that it means. It matches all or nothing,
 * so that no rule can overlook a part of the question. `make` returns null when the formulas do not fit.
 */
export interface Rule {
  readonly pattern: RegExp;
  /** The pattern's source, from which the known words are extracted. */
  readonly source: string;
  readonly make: (match: Match) => Task | null;
}

const FORMS: Readonly<Record<string, string>> = {
  ...MACROS,
  /** Separates the items of a list. */
  and: "(?: ?(?:,| and |&|;|와|과|하고|그리고|랑|이랑)(?: ?and |그리고)? ?)",
  /** Korean particles after a formula or a noun. */
  j: "(?:을|를|은|는|이|가|의)?",
};
/** `{e+}` matches one or more with separators, `{e2+}` two or more. */
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

/** A match of a pattern, by the names of its groups. */
export class Match {
  constructor(
    private readonly sentence: Sentence,
    private readonly groups: Readonly<Record<string, string | undefined>>,
  ) {}

  get isKorean(): boolean {
    return this.sentence.isKorean;
  }

  /**
   * Whether the extent of a group's formulas is clear. When operations were given in words, the last one of `sum of 5
   * and 3 times 2` may belong to the operation or to the sum.
   */
  isClear(...groups: readonly string[]): boolean {
    const of = groups.flatMap((group) => this.expressions(group));
    return !(this.sentence.isSpoken && of.some(({ kind }) => kind === "operation"));
  }

  /** Whether a group is just a percentage. */
  isPercent(group: string): boolean {
    return this.#spans(group).some((span) => span.kind === "expression" && span.form === "percent");
  }

  /** Returns the match with one formula of a group in place of all of them. */
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

  /** Returns the expressions in the group. A `log` without a base is to base 10 unless specified otherwise. */
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

  /** Returns `x1` for a lone `d/dx`. */
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

  /**
   * Returns the equations in the group. Null when one of its comparisons is another relation or has more than two
   * sides.
   */
  equations(group: string, base: "natural" | "decimal" = "decimal"): readonly Equation[] | null {
    const found = this.comparisons(group, base).map(equationOf);
    const equations = found.filter((equation) => equation !== null);
    return equations.length === found.length ? equations : null;
  }
}

export const equationOf = ({ sides: [left, right], relations }: Comparison): Equation | null =>
  left !== undefined && right !== undefined && relations.length === 1 && relations[0] === "=" ? { left, right } : null;
