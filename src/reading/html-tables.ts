import { Parser } from "htmlparser2";
import { tidy } from "./html-survey.ts";
import { MAX_FILLED } from "./table-layout.ts";

/** A table as it is rendered: a cell that spans several rows or columns appears in each of them. */
export interface HtmlTable {
  readonly caption: string;
  /** How many rows at the top are header rows. */
  readonly headRows: number;
  /** All rows are as long as the longest. */
  readonly rows: readonly (readonly string[])[];
  /**
   * True for a table that contains another. The outer one is for layout, and cells of the inner one are not its own.
   */
  readonly isNested: boolean;
  /** It has more cells than a table may have, and none of them is in `rows`. */
  readonly isTooLarge: boolean;
}

interface Cell {
  readonly text: string;
  readonly across: number;
  readonly down: number;
  readonly isHeading: boolean;
}

/** Shared, as tables may have many. */
const BLANK: Cell = { text: "", across: 1, down: 1, isHeading: false };

/**
 * The bound on spans: HTML allows a cell to span 1,000 columns and 65,534 rows. Together they make no more cells than
 * these.
 */
const MAX_WIDTH = 500;
const MAX_CELLS = 400_000;

/** Returns the outermost tables of a page that `visibleHtml` wrote, in one pass. */
export const tablesIn = (html: string): readonly HtmlTable[] => {
  const tables: HtmlTable[] = [];
  let depth = 0;
  let rows: Cell[][] = [];
  let [filled, isTooLarge] = [0, false];
  let cell: { text: string; across: number; down: number; isHeading: boolean } | undefined;
  let [headRows, isHead, isNested, isCaption, caption] = [0, false, false, false, ""];
  const closeCell = (): void => {
    if (cell === undefined || isTooLarge) return;
    const text = tidy(cell.text);
    const { across, down, isHeading } = cell;
    if (text !== "") filled++;
    const isBlank = text === "" && across === 1 && down === 1 && !isHeading;
    rows.at(-1)?.push(isBlank ? BLANK : { ...cell, text });
    cell = undefined;
    // Every row has a cell.
    if (filled > MAX_FILLED || rows.length > MAX_FILLED) [isTooLarge, rows] = [true, []];
  };
  const parser = new Parser({
    onopentag: (name, attributes) => {
      if (name === "table" && depth++ === 0) {
        [rows, headRows, isNested, caption] = [[], 0, false, ""];
        [filled, isTooLarge] = [0, false];
      } else if (name === "table") isNested = true;
      if (cell !== undefined && !INLINE.has(name)) cell.text += " ";
      if (name === "img" && cell !== undefined) cell.text += attributes.alt ?? "";
      if (depth !== 1 || isTooLarge) return;
      if (name === "tr") rows.push([]);
      else if (name === "td" || name === "th") {
        if (rows.length === 0) rows.push([]);
        const span = (value: string | undefined): number =>
          Math.min(MAX_CELLS, Math.max(1, Number.parseInt(value ?? "", 10) || 1));
        cell = { text: "", across: span(attributes.colspan), down: span(attributes.rowspan), isHeading: name === "th" };
      } else if (name === "thead") isHead = true;
      else if (name === "caption") isCaption = true;
    },
    ontext: (text) => {
      if (cell !== undefined) cell.text += text;
      else if (isCaption) caption += text;
    },
    onclosetag: (name) => {
      if (cell !== undefined && !INLINE.has(name)) cell.text += " ";
      if (depth === 1) {
        if (name === "td" || name === "th") closeCell();
        else if (name === "caption") isCaption = false;
        else if (name === "thead") isHead = false;
        else if (name === "tr" && rows.at(-1)?.length === 0) rows.pop();
        else if (name === "tr" && headRows === rows.length - 1 && (isHead || isAllHeadings(rows.at(-1)))) headRows++;
      }
      if (name === "table" && --depth === 0) {
        tables.push({ caption: tidy(caption), headRows, isNested, isTooLarge, rows: spread(rows) });
        isTooLarge = false;
      }
    },
  });
  parser.end(html);
  return tables;
};

const isAllHeadings = (row: readonly Cell[] = []): boolean => row.length > 0 && row.every(({ isHeading }) => isHeading);

const INLINE: ReadonlySet<string> = new Set(
  "a abbr b bdi bdo cite code data dfn em font i img ins kbd label mark q small span strong time u var ruby rb rt".split(
    " ",
  ),
);

/**
 * Repeats each cell in every place that it spans, so that each row can be read by itself. A cell that spans all columns
 * appears once.
 */
const spread = (rows: readonly (readonly Cell[])[]): readonly (readonly string[])[] => {
  const widthOf = (row: readonly Cell[]): number => row.reduce((sum, { across }) => sum + across, 0);
  const isBounded = rows.every((row) => widthOf(row) <= MAX_WIDTH);
  const grid: (string | undefined)[][] = rows.map(() => []);
  let cells = 0;
  rows.forEach((row, at) => {
    let column = 0;
    for (const { text, across, down } of row) {
      while (grid[at]?.[column] !== undefined) column++;
      const isLine = row.length === 1 && column === 0;
      for (let below = 0; below < (isBounded ? Math.min(down, rows.length - at) : 1); below++) {
        for (let beside = 0; beside < (isBounded ? across : 1); beside++) {
          if (cells++ < MAX_CELLS || (below === 0 && beside === 0)) {
            const line = grid[at + below];
            if (line !== undefined) line[column + beside] = isLine && beside > 0 ? "" : text;
          }
        }
      }
      column++;
    }
  });
  const width = grid.reduce((most, { length }) => Math.max(most, length), 0);
  for (const row of grid) for (let at = 0; at < width; at++) row[at] ??= "";
  return grid as string[][];
};

/** Joins a table's header rows into one row of column names, such as `2026 Q1`. */
export const headerOf = ({ rows, headRows }: HtmlTable): readonly string[] => {
  const [first = [], ...others] = rows.slice(0, Math.max(1, headRows));
  return first.map((name, at) => [...new Set([name, ...others.map((row) => row[at] ?? "")])].filter(Boolean).join(" "));
};
