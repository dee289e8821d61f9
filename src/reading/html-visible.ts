import { Parser } from "htmlparser2";
import { type MathNode, mathText } from "./mathml.ts";
import { subscript, superscript } from "./scripts.ts";
import { type ComputedStyle, StyleRules } from "./style-rules.ts";
import { TextBuffer } from "./text-buffer.ts";

/** Elements whose text is not shown to readers, or not while the page's scripts run. */
const HIDDEN: ReadonlySet<string> = new Set(
  "script noscript template svg iframe object canvas audio video datalist rp nav noframes".split(" "),
);
const VOID: ReadonlySet<string> = new Set(
  "area base br col embed hr img input link meta param source track wbr".split(" "),
);
/** Elements that may contain the whole page: scripts set `aria-hidden` on them while a dialog is open. */
const WHOLE: ReadonlySet<string> = new Set(["html", "body", "main", "article"]);
/** Types of inputs that show their value. */
const SHOWN_INPUT = /^(?:|text|search|tel|url|email|number|date|month|week|time|datetime-local)$/;

/** An open element. `out` collects what is written within it; undefined: the parent's `out` does. */
interface Frame {
  readonly name: string;
  readonly isHidden: boolean;
  readonly out: TextBuffer | undefined;
  readonly math: MathNode | undefined;
  /** Returns the HTML that replaces what was written within the element. */
  readonly close: ((inner: string) => string) | undefined;
}

interface Options {
  /** Text that is struck out is put between `~~` (as in GFM), or is left out. */
  readonly struck: "marked" | "left out";
}

/**
 * Returns a page as HTML with only what its reader sees: hidden parts are left out, superscripts and subscripts are
 * marked, formulas are on one line, text that is struck out is marked, and form fields are replaced by their values.
 * Linear in its length.
 */
export const visibleHtml = (html: string, options: Options = { struck: "marked" }): string => {
  const rewriter = new Rewriter(options);
  const parser = new Parser(rewriter);
  parser.end(html);
  return rewriter.html;
};

class Rewriter {
  readonly #rules = new StyleRules();
  readonly #root = new TextBuffer();
  readonly #frames: Frame[] = [];
  /** The number of open frames that hide their content. */
  #hidden = 0;
  readonly #buffers: Pick<TextBuffer, "push">[] = [this.#root];
  readonly #formulas: MathNode[] = [];
  #struck = 0;
  #isSmall = false;
  #headings = 0;
  #options: { readonly text: string; readonly isChosen: boolean }[] = [];

  constructor(private readonly options: Options) {}

  get html(): string {
    return this.#root.toString();
  }

  onopentag(name: string, attributes: Record<string, string>): void {
    const { isHidden = false, out, math, close } = this.#frameOf(name, attributes);
    this.#frames.push({ name, isHidden, out, math, close });
    if (HEADING.test(name)) this.#headings++;
    if (isHidden) this.#hidden++;
    if (out !== undefined) this.#buffers.push(out);
    if (math !== undefined) this.#formulas.push(math);
  }

  ontext(text: string): void {
    if (this.#hidden > 0) return;
    const formula = this.#formulas.at(-1);
    if (formula !== undefined) formula.children.push({ name: "", text, children: [] });
    // A style sheet is not HTML, and is never written as HTML.
    else this.#write(this.#frames.at(-1)?.name === "style" ? text : Bun.escapeHTML(text));
  }

  onclosetag(name: string): void {
    const frame = this.#frames.at(-1);
    if (frame?.name !== name) return;
    this.#frames.pop();
    if (HEADING.test(name)) this.#headings--;
    if (frame.isHidden) this.#hidden--;
    if (frame.math !== undefined) this.#formulas.pop();
    if (frame.out !== undefined) this.#buffers.pop();
    if (frame.close !== undefined) this.#write(frame.close(frame.out?.toString() ?? ""));
    else if (!frame.isHidden && frame.math === undefined && !VOID.has(name)) this.#write(`</${name}>`);
  }

  /** Returns what an element is replaced with. Writes its tag here when the element is preserved. */
  #frameOf(name: string, attributes: Record<string, string>): Partial<Frame> {
    if (this.#hidden > 0) return { isHidden: true };
    const formula = this.#formulas.at(-1);
    if (formula !== undefined || name === "math") {
      const math = { name, text: "", children: [] };
      formula?.children.push(math);
      if (formula !== undefined) return { math };
      return { math, close: () => ` ${Bun.escapeHTML(mathText(math) || (attributes.alttext ?? ""))} ` };
    }
    if (name === "style") return { out: new TextBuffer(), close: (css) => this.#learn(css) };
    const look = this.#rules.lookOf(name, attributes);
    if (isHidden(name, attributes, look)) return { isHidden: true };
    const isSmall = name === "sup" || name === "sub" || (look.align !== undefined && INLINE.has(name));
    // Nested ones count as one: each would process its whole content again.
    if ((isSmall || name === "rt") && !this.#isSmall) return this.#small(name, look);
    const isStruck = STRUCK.has(name) || (look.isStruck === true && !WHOLE.has(name) && !GROUPS.has(name));
    if (isStruck && this.#struck === 0) return this.#strike(name, attributes);
    if (name === "wbr") return { close: () => "" };
    // A heading is one line.
    if (name === "br" && this.#headings > 0) return { close: () => " " };
    if (name === "input") return { close: () => Bun.escapeHTML(shownInput(attributes)) };
    if (name === "select") {
      this.#options = [];
      return { out: new TextBuffer(), close: () => this.#chosen() };
    }
    if (name === "option")
      return { out: new TextBuffer(), close: (text) => this.#offer(text, attributes.selected !== undefined) };
    // A form is an ordinary part of the page; its content is read.
    const tag = PARTS.get(name) ?? name;
    this.#write(tagOf(tag, attributes));
    return tag === name ? {} : { close: () => `</${tag}>` };
  }

  #small(name: string, { align }: ComputedStyle): Partial<Frame> {
    this.#isSmall = true;
    const small = name === "rt" ? ruby : name === "sup" || align === "super" ? superscript : subscript;
    const close = (inner: string): string => {
      this.#isSmall = false;
      return Bun.escapeHTML(small(textOf(inner)));
    };
    return { out: new TextBuffer(), close };
  }

  #strike(name: string, attributes: Record<string, string>): Partial<Frame> {
    this.#struck++;
    const isMark = STRUCK.has(name);
    if (!isMark) this.#write(tagOf(name, attributes));
    const close = (inner: string): string => {
      this.#struck--;
      return this.#withoutOrMarked(inner) + (isMark ? "" : `</${name}>`);
    };
    return { out: new TextBuffer(), close };
  }

  #withoutOrMarked(inner: string): string {
    if (this.options.struck === "left out") return " ";
    if (textOf(inner).trim() === "") return inner;
    const begin = inner.length - inner.trimStart().length;
    const end = inner.trimEnd().length;
    return `${inner.slice(0, begin)}~~${inner.slice(begin, end)}~~${inner.slice(end)}`;
  }

  #offer(text: string, isChosen: boolean): string {
    this.#options.push({ text, isChosen });
    return "";
  }

  /** Returns what a select shows: the selected options, else the first. */
  #chosen(): string {
    const chosen = this.#options.filter(({ isChosen }) => isChosen);
    const shown = chosen.length > 0 ? chosen : this.#options.slice(0, 1);
    return shown.map(({ text }) => text).join(", ");
  }

  #learn(css: string): string {
    this.#rules.add(css);
    return "";
  }

  #write(html: string): void {
    if (html !== "") this.#buffers.at(-1)?.push(html);
  }
}

const HEADING = /^h[1-6]$/;
const STRUCK: ReadonlySet<string> = new Set(["del", "s", "strike"]);
/** Elements that a style may raise or lower. In a cell or a picture, `vertical-align` sets the position instead. */
const INLINE: ReadonlySet<string> = new Set(["span", "font", "small", "b", "i", "em", "strong", "a"]);
/** Elements that may contain only other elements, so no marks are written in them. */
const GROUPS: ReadonlySet<string> = new Set("table thead tbody tfoot tr ul ol dl select".split(" "));
/** Maps form elements to a neutral element of the same kind. */
const PARTS: ReadonlyMap<string, string> = new Map([
  ["form", "div"],
  ["fieldset", "div"],
  ["button", "span"],
  ["textarea", "span"],
]);
/** Attributes that are written unchanged. Event handlers are dropped, and styles have been applied already. */
const ATTRIBUTE = /^ (?!on|style=)[a-z][\w:.-]*="/i;

const tagOf = (name: string, attributes: Record<string, string>): string => {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${Bun.escapeHTML(value)}"`);
  return `<${name}${written.filter((attribute) => ATTRIBUTE.test(attribute)).join("")}>`;
};

const isHidden = (name: string, attributes: Record<string, string>, look: ComputedStyle): boolean => {
  if (HIDDEN.has(name) || (name === "dialog" && attributes.open === undefined)) return true;
  // Formulas that are drawn as pictures or by scripts have a hidden copy beside them.
  if (/math|mml/i.test(attributes.class ?? "")) return attributes["aria-hidden"] === "true";
  const isAside = attributes["aria-hidden"] === "true" && !WHOLE.has(name);
  return isAside || attributes.hidden !== undefined || look.isShown === false || look.isVisible === false;
};

const ruby = (text: string): string => (text.trim() === "" ? "" : `(${text.trim()})`);

const shownInput = ({ type = "", value = "", checked }: Record<string, string>): string => {
  if (/^(?:checkbox|radio)$/i.test(type)) return checked === undefined ? "☐ " : "☑ ";
  return SHOWN_INPUT.test(type.toLowerCase()) ? value : "";
};

/** Returns the text of a piece of HTML that was written here. */
const textOf = (html: string): string => {
  let text = "";
  const parser = new Parser({
    ontext: (data) => {
      text += data;
    },
  });
  parser.end(html);
  return text;
};
