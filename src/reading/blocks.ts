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

/** Returns the blocks of Markdown, or of plain text. `text` has \n line ends. */
export const blocksOf = (text: string, isMarkdown: boolean): readonly Block[] =>
  isMarkdown
    ? markdownBlocks(text).map(({ type, raw, text: words, depth }) => ({
        raw,
        isProse: type === "paragraph" || type === "text",
        heading: type === "heading" ? { text: plain(words), depth } : null,
      }))
    : plainBlocks(text);

/** Plain text: the blocks are paragraphs between blank lines. A paragraph's first line may look like a heading. */
const plainBlocks = (text: string): readonly Block[] =>
  text.split(/(?<=\n[ \t]*\n)(?=[^\n])/).flatMap((raw, at) => {
    const end = raw.indexOf("\n") + 1 || raw.length;
    const found = headingIn(titleLine(raw.slice(0, end)), raw.slice(end).trim() === "");
    if (found === null) return [{ raw, isProse: true, heading: null }];
    // The first heading of a text is its title.
    const heading = at === 0 ? { ...found, depth: 1 } : found;
    const title = { raw: raw.slice(0, end), isProse: true, heading };
    return end === raw.length ? [title] : [title, { raw: raw.slice(end), isProse: true, heading: null }];
  });

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
  blocksOf(text.slice(0, 1_000).trimStart(), false)[0]?.heading?.text ?? null;
