import { beginning } from "../domain/text.ts";
import { UnreadableError } from "../domain/unreadable.ts";
import { blocksOf } from "./blocks.ts";
import type { Reading, TextChunk } from "./contract.ts";
import { splitTable } from "./split-table.ts";
import { unitsOf } from "./units.ts";

/** Sizes in characters (UTF-16 units). */
export interface SplitBounds {
  /** No piece of text is longer. */
  readonly max: number;
  /** A piece that goes on where another ended repeats at most so much of its end. Less than `max`. */
  readonly overlap: number;
  /** A document makes no more pieces than this. */
  readonly maxPieces: number;
}

const BOUNDS: SplitBounds = { max: 800, overlap: 120, maxPieces: 20_000 };

/**
 * A reading in pieces: of a table its rows, of a text stretches that begin at a heading or end at `max`, between blocks,
 * sentences or lines. Within a section each piece repeats the end of the one before. Every character but white space is in
 * some piece. Throws `too_large` past `maxPieces`.
 */
export const split = (reading: Reading, bounds: SplitBounds = BOUNDS): readonly TextChunk[] => {
  const { table, notes = [] } = reading;
  const pieces = table === null ? splitText(reading, bounds) : splitTable(table, notes, bounds);
  if (pieces === null || pieces.length > bounds.maxPieces) {
    throw new UnreadableError("too_large", `The document has more than ${bounds.maxPieces} chunks. Split it.`);
  }
  return pieces;
};

/** Every piece below it repeats a heading, in characters. */
const MAX_HEADING = 300;

/** A stretch of the text that is not parted. */
interface Unit {
  readonly start: number;
  readonly end: number;
  /** White space alone, which no piece begins or ends with. */
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

/** The text from heading to heading; headings that follow each other begin one section, that of the last. */
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
      // It stands in the text besides, to its end.
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

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/**
 * Units joined to stretches of at most `max`, blanks at their ends aside, each beginning with those at the end of the one before
 * that fit in `overlap`, and ending with one that none before it has.
 */
const packed = (units: readonly Unit[], { max, overlap }: SplitBounds): readonly Stretch[] => {
  const stretches: Stretch[] = [];
  let first = 0;
  units.forEach((unit, at) => {
    const start = units[first]?.start ?? 0;
    if (at === 0 || unit.isBlank || unit.end - start <= max) return;
    const end = unit.start;
    stretches.push({ start, end });
    first = at;
    while (repeats(units[first - 1], { end, overlap }) && unit.end - (units[first - 1]?.start ?? 0) <= max) first--;
  });
  const last = units.at(-1);
  return last === undefined ? stretches : [...stretches, { start: units[first]?.start ?? 0, end: last.end }];
};

const repeats = (
  unit: Unit | undefined,
  { end, overlap }: { readonly end: number; readonly overlap: number },
): boolean => unit !== undefined && end - unit.start <= overlap;

/** The page on which a place of the text lies, from 1; null when there are none. */
const pageAt = (pageStarts: readonly number[], place: number): number | null => {
  if (pageStarts.length === 0) return null;
  const after = pageStarts.findIndex((start) => start > place);
  return after === -1 ? pageStarts.length : Math.max(1, after);
};
