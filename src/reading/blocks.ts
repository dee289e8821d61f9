import { titleLine } from "../domain/readable.ts";
import { blocksOf as markdownBlocks, plain } from "./markdown.ts";

/** A block of text. The `raw` of all blocks, joined, is the text. */
export interface Block {
  readonly raw: string;
  /** True: may be split between sentences. False (lists, tables, code): may be split only between lines. */
  readonly isProse: boolean;
  /** Null: the block is not a heading. */
  readonly heading: { readonly text: string /** From 1, the outermost. */; readonly depth: number } | null;
}

/**
 * Returns the blocks of Markdown, or of plain text, one after the other: whoever stops early does not pay for the rest.
 * `text` has \n line ends.
 */
export function* blocksOf(text: string, isMarkdown: boolean): Generator<Block> {
  if (!isMarkdown) {
    yield* plainBlocks(text);
    return;
  }
  for (const { type, raw, text: words, depth } of markdownBlocks(text)) {
    const heading = type === "heading" ? { text: plain(words), depth } : null;
    yield { raw, isProse: type === "paragraph" || type === "text", heading };
  }
}

/** Plain text: the blocks are paragraphs between blank lines. A paragraph's first line may look like a heading. */
function* plainBlocks(text: string): Generator<Block> {
  for (const { index, raw } of paragraphsOf(text)) {
    const end = raw.indexOf("\n") + 1 || raw.length;
    const found = headingIn(titleLine(raw.slice(0, end)), raw.slice(end).trim() === "");
    if (found === null) {
      yield { raw, isProse: true, heading: null };
      continue;
    }
    // The first heading of a text is its title.
    yield { raw: raw.slice(0, end), isProse: true, heading: index === 0 ? { ...found, depth: 1 } : found };
    if (end < raw.length) yield { raw: raw.slice(end), isProse: true, heading: null };
  }
}

/** Each with the blank lines behind it. */
function* paragraphsOf(text: string): Generator<{ readonly index: number; readonly raw: string }> {
  const borders = /(?<=\n[ \t]*\n)(?=[^\n])/g;
  let index = 0;
  for (const border of text.matchAll(borders)) {
    if (border.index === index) continue;
    yield { index, raw: text.slice(index, border.index) };
    index = border.index;
  }
  if (index < text.length) yield { index, raw: text.slice(index) };
}

const MAX_HEADING = 80;

/**
 * Matches `# Words`, `[words]`, `1. words`, `2.3 words`, `제3조 words`, WORDS IN CAPITALS, or a short line by itself;
 * never a line that ends like a sentence or continues on the next.
 */
const headingIn = (line: string, isAlone: boolean): Block["heading"] => {
  if (line === "" || line.length > MAX_HEADING) return null;
  const marked = /^(#{1,6})[ \t]+(.*?)[ \t#]*$/.exec(line);
  if (marked?.[1] !== undefined && marked[2]) return { text: marked[2], depth: marked[1].length };
  const bracketed = /^[[【<〈《](.+)[\]】>〉》]$/.exec(line)?.[1];
  if (bracketed !== undefined) return { text: bracketed, depth: 2 };
  if (/[.!?,;:…。、]$/.test(line)) return null;
  const isNumbered = /^(?:\d{1,3}(?:\.\d{1,3})*[.)]?|제\s?\d+\s?[장절조]|(?:chapter|section|part)\s+\w+)\s+\S/i.test(
    line,
  );
  const isCapital = /\p{Lu}{3}/u.test(line) && !/\p{Ll}/u.test(line);
  return isNumbered || isCapital || isAlone ? { text: line, depth: isNumbered || isCapital ? 2 : 1 } : null;
};

/** Returns the heading that a plain text begins with, or null when it begins with something else. */
export const titleOfText = (text: string): string | null =>
  blocksOf(text.slice(0, 1_000).trimStart(), false).next().value?.heading?.text ?? null;
