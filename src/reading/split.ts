import { beginning } from "../domain/text.ts";
import { UnreadableError } from "../domain/unreadable.ts";
import { blocksOf } from "./blocks.ts";
import type { Reading, TextChunk } from "./contract.ts";
import { Packer, type Span } from "./packer.ts";
import { splitTable } from "./split-table.ts";
import { unitsOf } from "./units.ts";

/** Sizes in characters (UTF-16 units). */
export interface SplitBounds {
  /** The maximum length of a chunk. */
  readonly max: number;
  /** A chunk that continues another repeats at most this much of its end. Less than `max`. */
  readonly overlap: number;
  /** The maximum number of chunks of a document. */
  readonly maxChunks: number;
}

const BOUNDS: SplitBounds = { max: 800, overlap: 120, maxChunks: 20_000 };

/**
 * Splits a reading into chunks: a table into rows, a text into chunks that begin at a heading or end at `max`, between
 * blocks, sentences or lines. Within a section each chunk repeats the end of the one before. Every character except
 * white space is in some chunk. Throws `too_large` above `maxChunks`.
 */
export const split = (reading: Reading, bounds: SplitBounds = BOUNDS): readonly TextChunk[] => {
  const { table, notes = [] } = reading;
  const chunks = table === null ? splitText(reading, bounds) : splitTable(table, notes, bounds);
  if (chunks === null || chunks.length > bounds.maxChunks) {
    throw new UnreadableError("too_large", `The document has more than ${bounds.maxChunks} chunks. Split it.`);
  }
  return chunks;
};

/** The maximum length of a heading, in characters: every chunk below it repeats it. */
const MAX_HEADING = 300;

/** White space of which there is no longer run in most texts, in characters. */
const GAP = 64;
const LONGER_GAP = new RegExp(`\\s{${GAP + 1}}`);

/**
 * Whether a text is longer than any that has no more than `maxChunks`: a chunk has `max` characters of it at most, and
 * what no chunk has, between two of them, is white space.
 */
const isTooLong = (text: string, { max, maxChunks }: SplitBounds): boolean =>
  text.length > maxChunks * (max + GAP) + GAP && !LONGER_GAP.test(text);

/** Null: more than `maxChunks`. The rest of the text is not looked at then. */
const splitText = ({ text, mediaType, pageStarts }: Reading, bounds: SplitBounds): readonly TextChunk[] | null => {
  if (isTooLong(text, bounds)) return null;
  const isMarkdown = mediaType === "text/markdown" || mediaType === "text/html";
  const chunks: TextChunk[] = [];
  for (const { start, end, headings } of passagesOf(text, isMarkdown, bounds)) {
    const content = text
      .slice(start, end)
      .replace(/^(?:[ \t]*\n)+/, "")
      .trimEnd();
    if (content.trim() === "") continue;
    if (chunks.length === bounds.maxChunks) return null;
    const page = pageAt(pageStarts, start);
    chunks.push({ content, headings, metadata: page === null ? {} : { page }, rows: null });
  }
  return chunks;
};

interface Passage extends Span {
  readonly headings: readonly string[];
}

/**
 * Splits the text at its headings, and between them where a passage would be too long. Consecutive headings begin one
 * section, under the last of them.
 */
function* passagesOf(source: string, isMarkdown: boolean, bounds: SplitBounds): Generator<Passage> {
  const packer = new Packer(bounds);
  let path: readonly string[] = [];
  // Those of a section whose last heading is not reached yet.
  let spans: Span[] = [];
  let hasBody = false;
  let at = 0;
  const passages = (): readonly Passage[] => {
    const headings = path.filter((heading) => heading !== "");
    const found = spans.map((span) => ({ ...span, headings }));
    spans = [];
    return found;
  };
  const add = (span: Span | null): void => {
    if (span !== null) spans.push(span);
  };
  for (const block of blocksOf(source, isMarkdown)) {
    if (block.heading !== null) {
      if (hasBody) {
        add(packer.end());
        yield* passages();
        hasBody = false;
      }
      const { depth, text } = block.heading;
      // The heading is shortened here, but the text contains all of it.
      const words = beginning(text, MAX_HEADING);
      path = [...Array.from({ length: depth - 1 }, (_, level) => path[level] ?? ""), words];
    } else if (block.raw.trim() !== "") hasBody = true;
    for (const unit of unitsOf(block, bounds.max)) {
      add(packer.add({ start: at, end: at + unit.length, isBlank: unit.trim() === "" }));
      at += unit.length;
      if (hasBody) yield* passages();
    }
  }
  add(packer.end());
  yield* passages();
}

/** Returns the page, from 1, that an offset of the text is on; null when there are no pages. */
const pageAt = (pageStarts: readonly number[], place: number): number | null => {
  if (pageStarts.length === 0) return null;
  const after = pageStarts.findIndex((start) => start > place);
  return after === -1 ? pageStarts.length : Math.max(1, after);
};
