import { Lexer, type Token, type Tokens, type TokensList } from "marked";
import { titleLine } from "../domain/readable.ts";
import { BoundedRules } from "./markdown-rules.ts";
import { subscript, superscript } from "./scripts.ts";

/** Settings between two `---` lines at the very start, as many tools write them. */
const FRONT_MATTER = /^---[ \t]*\n([\s\S]{0,10000}?)\n---[ \t]*(?:\n|$)/;
const TITLE_LINE = /^title[ \t]*:[ \t]*["']?(.+?)["']?[ \t]*$/im;

/** Returns Markdown without its front matter, and its title: the front matter's, else the first heading. */
export const readMarkdown = (source: string): { readonly title: string | null; readonly text: string } => {
  const settings = FRONT_MATTER.exec(source);
  const text = visible(settings === null ? source : source.slice(settings[0].length));
  return { title: TITLE_LINE.exec(settings?.[1] ?? "")?.[1] ?? firstHeading(text), text };
};

/** Code, which is left unchanged: between fences, or between backticks within a line. */
const CODE = /((?:^|\n) {0,3}(?:```[\s\S]*?(?:\n {0,3}```|$)|~~~[\s\S]*?(?:\n {0,3}~~~|$))|`[^`\n]*`)/;

/**
 * Removes comments, and converts superscripts, subscripts and line breaks in HTML as in a page: a reader sees no tags.
 */
const visible = (text: string): string =>
  text.includes("<")
    ? text
        .split(CODE)
        .map((part, at) => (at % 2 === 1 ? part : withoutTags(part)))
        .join("")
    : text;

const withoutTags = (text: string): string =>
  withoutComments(text)
    .replace(/<sup>([^<\n]{1,80})<\/sup>/gi, (_, raised: string) => superscript(raised))
    .replace(/<sub>([^<\n]{1,80})<\/sub>/gi, (_, lowered: string) => subscript(lowered))
    .replace(/<(?:del|s|strike)>([^<\n]{1,400})<\/(?:del|s|strike)>/gi, "~~$1~~")
    .replace(/<br[ \t]*\/?>/gi, " ");

/** An unclosed `<!--` is not a comment. */
const withoutComments = (text: string): string => {
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    const start = text.indexOf("<!--", at);
    const end = start < 0 ? -1 : text.indexOf("-->", start + 4);
    if (end < 0) return parts.join("") + text.slice(at);
    parts.push(text.slice(at, start));
    at = end + 3;
  }
};

/** Searches only the beginning: a later heading is not the title. */
const firstHeading = (text: string): string | null => {
  for (const token of blocksOf(text.slice(0, 20_000))) {
    if (token.type === "heading") return plain(token.text) || null;
  }
  return null;
};

export interface Block {
  readonly type: string;
  /** The block as it is in the source; the `raw` of all blocks, joined, is the source. */
  readonly raw: string;
  /** Of a heading: its text. */
  readonly text: string;
  /** Of a heading: 1 to 6. */
  readonly depth: number;
}

/**
 * Does not look for blocks within lists and quotations. For a line that consists only of their markers, marked takes
 * quadratic time and the whole stack, and the next file in the queue would wait for it.
 */
class OuterLexer extends Lexer {
  #isWithin = false;

  override blockTokens(source: string, tokens?: Token[], lastParagraphClipped?: boolean): Token[];
  override blockTokens(source: string, tokens?: TokensList, lastParagraphClipped?: boolean): TokensList;
  override blockTokens(source: string, tokens: Token[] = [], lastParagraphClipped?: boolean): Token[] {
    if (this.#isWithin) {
      // The value that marked sets after each list and quotation.
      this.state.top = true;
      return tokens;
    }
    this.#isWithin = true;
    return super.blockTokens(source, tokens, lastParagraphClipped);
  }
}

/** How many characters are parsed at a time. */
const STRETCH = 64 * 1024;

/**
 * Returns the outermost blocks of a Markdown text (https://github.github.com/gfm/), one after the other: the text is
 * parsed a stretch at a time, as far as blocks are taken. Inline markup is unchanged: parsing it takes marked quadratic
 * time on hostile input. `text` must have \n line ends.
 */
export function* blocksOf(text: string, stretch = STRETCH): Generator<Block> {
  let at = 0;
  let length = stretch;
  while (at < text.length) {
    const end = at + length < text.length ? text.lastIndexOf("\n", at + length - 1) + 1 : text.length;
    const found = end > at ? tokensOf(text.slice(at, end)) : [];
    const whole = end === text.length ? found : withoutLast(found);
    for (const token of whole) {
      at += token.raw.length;
      yield blockOf(token);
    }
    length = whole.length > 0 ? stretch : length * 2;
  }
}

const tokensOf = (source: string): readonly Token[] =>
  new OuterLexer({ gfm: true, tokenizer: new BoundedRules() }).blockTokens(source, []);

/**
 * Returns the blocks of a stretch without the last, which may go on behind it and is parsed again with what follows. Of
 * a list that fills the stretch only the last item is left out: lists are the slowest to parse.
 */
const withoutLast = (found: readonly Token[]): readonly Token[] => {
  const last = found.findLastIndex(({ type }) => type !== "space");
  const token = found[last];
  if (last !== 0 || token?.type !== "list") return found.slice(0, Math.max(0, last));
  const raw = (token as Tokens.List).items.slice(0, -1).reduce((before, item) => before + item.raw, "");
  return raw === "" ? [] : [{ ...token, raw }];
};

const blockOf = (token: Token): Block => ({
  type: token.type,
  raw: token.raw,
  text: "text" in token && typeof token.text === "string" ? token.text : "",
  depth: "depth" in token && typeof token.depth === "number" ? token.depth : 0,
});

/** Returns a heading's text without the markup of emphasis, code and links. */
export const plain = (heading: string): string =>
  titleLine(heading.replace(/!?\[([^\][]{0,1000})\]\([^)]{0,1000}\)/g, "$1").replace(/~~[^~]*~~|[*_`]+/g, ""));
