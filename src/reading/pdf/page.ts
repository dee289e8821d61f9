import { subscript, superscript } from "../scripts.ts";
import type { Filled } from "./fields.ts";

/** A run of a page's text, as pdf.js returns it (`TextItem`). */
export interface TextRun {
  readonly str: string;
  /** Its last two numbers are the run's origin: from the left, from below. */
  readonly transform: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly hasEOL: boolean;
  readonly fontName: string;
}

/** Replaces text in a font whose letters are unknown. */
const UNREADABLE = "[unreadable: the font of this text does not say which letters it draws]";

/** A gap of at least this many line heights between two lines starts a paragraph. */
const PARAGRAPH_GAP = 1.6;
/**
 * The bounds of a superscript or subscript: its maximum size, and its minimum and maximum distance from the line, as
 * shares of the line's height.
 */
const SMALL = { size: 0.85, least: 0.08, most: 0.8, characters: 12 } as const;

/** Returns a page's runs in the order of its content, line by line, with field values beside the text next to them. */
export const pageText = (
  runs: readonly TextRun[],
  filled: readonly Filled[],
  unreadable: ReadonlySet<string>,
): string => {
  const { before, behind, loose } = placed(filled, runs);
  let text = "";
  let lastLine: number | undefined;
  let base: TextRun | undefined;
  // Adjacent unreadable runs get one marker.
  let isMarked = false;
  for (const [at, run] of runs.entries()) {
    const script = base === undefined ? null : scriptOf(run, base);
    const y = run.transform[5];
    if (script === null && y !== undefined && run.str.trim() !== "") {
      const gap = lastLine === undefined ? 0 : Math.abs(lastLine - y);
      if (text.endsWith("\n") && run.height > 0 && gap > run.height * PARAGRAPH_GAP) text += "\n";
      lastLine = y;
    }
    text += before.get(at) ?? "";
    if (!unreadable.has(run.fontName)) {
      text += script ?? run.str;
      if (run.str.trim() !== "") isMarked = false;
    } else if (!isMarked) {
      const shown = standIn(run.str);
      isMarked = shown.startsWith(UNREADABLE);
      text += shown;
    }
    text += behind.get(at) ?? "";
    if (run.hasEOL) text += "\n";
    if (run.hasEOL) base = undefined;
    else if (script === null && run.str.trim() !== "") base = run;
  }
  const rest = loose.map(({ name, text: value }) => (name === "" ? value : `${name}: ${value}`));
  return [text.replace(/(?<![ \t])[ \t]+\n/g, "\n").trim(), ...rest].filter((part) => part !== "").join("\n");
};

/** A character by itself is a bullet, or another ornament. */
const standIn = (text: string): string =>
  [...text.trim()].length > 1 ? `${UNREADABLE} ` : text.trim() === "" ? text : "• ";

/** Returns a run as the power or the index of the run before it, or null when it is neither. */
const scriptOf = (run: TextRun, base: TextRun): string | null => {
  const text = run.str.trim();
  if (text === "" || text.length > SMALL.characters || run.height > base.height * SMALL.size) return null;
  const rise = (run.transform[5] ?? 0) - (base.transform[5] ?? 0);
  const share = Math.abs(rise) / base.height;
  if (share < SMALL.least || share > SMALL.most) return null;
  return rise > 0 ? superscript(text) : subscript(text);
};

interface Placed {
  /** Keyed by the index of a run: the fields at its left, and those at its right. */
  readonly before: ReadonlyMap<number, string>;
  readonly behind: ReadonlyMap<number, string>;
  /** Fields without text on their line. */
  readonly loose: readonly Filled[];
}

/** The limit of fields times runs: above it, fields are listed below the page's text. */
const MOST_COMPARED = 5_000_000;

const placed = (filled: readonly Filled[], runs: readonly TextRun[]): Placed => {
  const before = new Map<number, string>();
  const behind = new Map<number, string>();
  if (filled.length * runs.length > MOST_COMPARED) return { before, behind, loose: filled };
  const loose: Filled[] = [];
  for (const field of filled) {
    const [left, lower, right, upper] = field.rect;
    let [nearest, distance, isBefore] = [-1, Number.POSITIVE_INFINITY, false];
    for (const [at, { str, transform, width, height }] of runs.entries()) {
      const [x = 0, y = 0] = transform.slice(4);
      if (str.trim() === "" || y < lower - height / 2 || y > upper) continue;
      // A checkbox is at the left of its label, a text field at the right.
      const isMark = /^[☑☐]$/.test(field.text);
      const toLeft = x >= right - 2 ? (x - right) * (isMark ? 1 : 4) : Number.POSITIVE_INFINITY;
      const toRight = x + width <= left + 2 ? (left - x - width) * (isMark ? 4 : 1) : Number.POSITIVE_INFINITY;
      if (Math.min(toLeft, toRight) < distance)
        [nearest, distance, isBefore] = [at, Math.min(toLeft, toRight), toLeft < toRight];
    }
    if (nearest < 0) loose.push(field);
    else if (isBefore) before.set(nearest, `${before.get(nearest) ?? ""}${field.text} `);
    else behind.set(nearest, `${behind.get(nearest) ?? ""} ${field.text}`);
  }
  return { before, behind, loose };
};
