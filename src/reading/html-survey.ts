import { Parser } from "htmlparser2";
import { TextBuffer } from "./text-buffer.ts";

/** The size of a page, and its text without any structure but lines, measured in one linear pass. */
export interface HtmlSurvey {
  readonly elements: number;
  /** The maximum depth of nested elements. */
  readonly depth: number;
  /** The text of `<title>`. */
  readonly title: string;
  readonly text: string;
}

/** Surveys a page that `visibleHtml` wrote. */
export const surveyHtml = (html: string): HtmlSurvey => {
  let elements = 0;
  let depth = 0;
  let deepest = 0;
  let title = "";
  let inTitle = false;
  const text = new TextBuffer();
  const parser = new Parser({
    onopentag: (name, { alt }) => {
      elements++;
      depth++;
      deepest = Math.max(deepest, depth);
      if (name === "title") inTitle = true;
      if (name === "img" && alt !== undefined) text.push(alt);
      if (!INLINE.has(name)) text.push("\n");
    },
    onclosetag: (name) => {
      depth--;
      if (name === "title") inTitle = false;
      // A table row is one line.
      if (CELLS.has(name)) text.push(" | ");
      else if (!INLINE.has(name)) text.push("\n");
    },
    ontext: (data) => {
      if (inTitle) title += data;
      else text.push(data);
    },
  });
  parser.end(html);
  return { elements, depth: deepest, title: tidy(title), text: linesOf(text.toString()) };
};

const CELLS: ReadonlySet<string> = new Set(["td", "th"]);

/** Elements that do not start a new line. */
const INLINE: ReadonlySet<string> = new Set(
  "a abbr b bdi bdo cite code data dfn em font i img ins del kbd label mark q s samp small span strong sub sup td th time u var wbr".split(
    " ",
  ),
);

export const tidy = (text: string): string => text.replace(/\s+/g, " ").trim();

const linesOf = (text: string): string =>
  text
    .split("\n")
    .map((line) => tidy(line).replace(/ \|$/, ""))
    .filter((line) => line !== "" && line !== "|")
    .join("\n\n");
