import { beginning } from "../domain/text.ts";
import { UnreadableError } from "../domain/unreadable.ts";
import { blocksOf } from "./blocks.ts";
import type { Reading, TextChunk } from "./contract.ts";
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

/** A piece of text that is not split further. */
interface Unit {
  readonly start: number;
  readonly end: number;
  /** White space alone, which no chunk begins or ends with. */
  readonly isBlank: boolean;
}

const splitText = ({ text, mediaType, pageStarts }: Reading, bounds: SplitBounds): readonly TextChunk[] => {
  const isMarkdown = mediaType === "text/markdown" || mediaType === "text/html";
  return sectionsOf(text, isMarkdown, bounds.max).flatMap(({ headings, units }) =>
    packed(units, bounds).flatMap(({ start, end }) => {
      const content = text
        .slice(start, end)
        .replace(/^(?:[ \t]*\n)+/, "")
        .trimEnd();
      const page = pageAt(pageStarts, start);
      return content.trim() === "" ? [] : [{ content, headings, metadata: page === null ? {} : { page }, rows: null }];
    }),
  );
};

interface Section {
  readonly headings: readonly string[];
  readonly units: readonly Unit[];
}

/** Splits the text at its headings. Consecutive headings begin one section, under the last of them. */
const sectionsOf = (source: string, isMarkdown: boolean, max: number): readonly Section[] => {
  const sections: Section[] = [];
  let path: readonly string[] = [];
  let units: Unit[] = [];
  let hasBody = false;
  let at = 0;
  const close = (): void => {
    if (units.length > 0) sections.push({ headings: path.filter((heading) => heading !== ""), units });
    units = [];
    hasBody = false;
  };
  for (const block of blocksOf(source, isMarkdown)) {
    if (block.heading !== null) {
      if (hasBody) close();
      const { depth, text } = block.heading;
      // The heading is shortened here, but the text contains all of it.
      const words = beginning(text, MAX_HEADING);
      path = [...Array.from({ length: depth - 1 }, (_, level) => path[level] ?? ""), words];
    } else if (block.raw.trim() !== "") hasBody = true;
    for (const unit of unitsOf(block, max)) {
      units.push({ start: at, end: at + unit.length, isBlank: unit.trim() === "" });
      at += unit.length;
    }
  }
  close();
  return sections;
};

interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Joins units into chunks of at most `max`, not counting blanks at their ends. Each chunk begins with the units at the
 * end of the previous one that fit in `overlap`, and ends with a unit that no earlier chunk has.
 */
const packed = (units: readonly Unit[], { max, overlap }: SplitBounds): readonly Span[] => {
  const spans: Span[] = [];
  let first = 0;
  units.forEach((unit, at) => {
    const start = units[first]?.start ?? 0;
    if (at === 0 || unit.isBlank || unit.end - start <= max) return;
    const end = unit.start;
    spans.push({ start, end });
    first = at;
    while (repeats(units[first - 1], { end, overlap }) && unit.end - (units[first - 1]?.start ?? 0) <= max) first--;
  });
  const last = units.at(-1);
  return last === undefined ? spans : [...spans, { start: units[first]?.start ?? 0, end: last.end }];
};

const repeats = (
  unit: Unit | undefined,
  { end, overlap }: { readonly end: number; readonly overlap: number },
): boolean => unit !== undefined && end - unit.start <= overlap;

/** Returns the page, from 1, that an offset of the text is on; null when there are no pages. */
const pageAt = (pageStarts: readonly number[], place: number): number | null => {
  if (pageStarts.length === 0) return null;
  const after = pageStarts.findIndex((start) => start > place);
  return after === -1 ? pageStarts.length : Math.max(1, after);
};
