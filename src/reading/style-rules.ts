/** The properties of a style that decide whether, and how, an element is read. Undefined: not set. */
export interface ComputedStyle {
  readonly isShown?: boolean;
  readonly isVisible?: boolean;
  readonly isStruck?: boolean;
  readonly align?: "sub" | "super";
}

interface Rule {
  readonly tag: string;
  readonly id: string;
  readonly classes: readonly string[];
  readonly look: ComputedStyle;
  /** The specificity as in CSS: ids, then classes, then tags. */
  readonly weight: number;
}

const MAX_RULES = 2_000;
/** A tag, classes and an id, in that order, each optional; nothing that depends on other elements. */
const COMPOUND = /^(?:[a-z][\w-]*|\*)?(?:[.#][\w-]+)*$/i;

/**
 * The rules of a page's own style sheets that hide elements or strike them out. Supports only selectors of one element
 * (`p`, `.a.b`, `#c`), and no at-rules. In doubt, an element is shown.
 */
export class StyleRules {
  readonly #rules: Rule[] = [];

  add(css: string): void {
    for (const { selectors, body } of topLevelRules(css)) {
      const look = lookOf(body);
      if (Object.keys(look).length === 0) continue;
      for (const selector of selectors.split(",").map((text) => text.trim())) {
        if (!COMPOUND.test(selector) || selector === "" || this.#rules.length >= MAX_RULES) continue;
        const classes = Array.from(selector.matchAll(/\.([\w-]+)/g), ([, name = ""]) => name);
        const id = /#([\w-]+)/.exec(selector)?.[1] ?? "";
        const tag = /^[a-z][\w-]*/i.exec(selector)?.[0].toLowerCase() ?? "";
        const weight = (id === "" ? 0 : 10_000) + classes.length * 100 + (tag === "" ? 0 : 1);
        this.#rules.push({ tag, id, classes, look, weight });
      }
    }
  }

  /**
   * Returns the style of an element: of the page's rules, the more specific and then the later win; the element's own
   * `style` wins over all.
   */
  lookOf(tag: string, attributes: Readonly<Record<string, string>>): ComputedStyle {
    const own = attributes.style === undefined ? {} : lookOf(attributes.style);
    if (this.#rules.length === 0) return own;
    const classes = new Set((attributes.class ?? "").split(/\s+/));
    const matching = this.#rules.filter(
      (rule) =>
        (rule.tag === "" || rule.tag === tag) &&
        (rule.id === "" || rule.id === attributes.id) &&
        rule.classes.every((name) => classes.has(name)),
    );
    const looks = matching.toSorted((one, other) => one.weight - other.weight).map(({ look }) => look);
    return Object.assign({}, ...looks, own);
  }
}

const lookOf = (declarations: string): ComputedStyle => {
  const value = (property: string): string | undefined =>
    new RegExp(`(?:^|[;{\\s])${property}\\s*:\\s*([^;}]{1,100})`, "i").exec(declarations)?.[1]?.trim().toLowerCase();
  const display = value("display");
  const visibility = value("visibility");
  const decoration = value("text-decoration") ?? value("text-decoration-line");
  const align = /^(?:sub|super)\b/.exec(value("vertical-align") ?? "")?.[0] as ComputedStyle["align"];
  const isNothing = [value("opacity"), value("font-size")].some((size) =>
    /^0(?:\.0+)?(?:%|\w{2,3})?(?:\s|!|$)/.test(size ?? ""),
  );
  return {
    ...(display !== undefined && { isShown: !display.startsWith("none") }),
    ...(/^all/.test(value("mso-hide") ?? "") && { isShown: false }),
    ...((visibility !== undefined || isNothing) && {
      isVisible: !isNothing && !/^(?:hidden|collapse)/.test(visibility ?? ""),
    }),
    ...(decoration !== undefined && { isStruck: decoration.includes("line-through") }),
    ...(align !== undefined && { align }),
  };
};

/** Yields a style sheet's rules outside of any at-rule, in one pass. */
function* topLevelRules(css: string): Generator<{ readonly selectors: string; readonly body: string }, void, void> {
  const text = css.replace(/\/\*[\s\S]*?(?:\*\/|$)|<!--|-->/g, " ");
  let depth = 0;
  let start = 0;
  let open = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "{") {
      if (depth++ === 0) open = at;
    } else if (character === "}" && depth > 0 && --depth === 0) {
      const selectors = text.slice(start, open).trim();
      if (!selectors.startsWith("@")) yield { selectors, body: text.slice(open + 1, at) };
      start = at + 1;
    } else if (character === ";" && depth === 0) start = at + 1;
  }
}
