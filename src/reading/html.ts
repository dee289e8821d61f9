import { Readability } from "@mozilla/readability";
import { parseHTML } from "linkedom";
import TurndownService from "turndown";
import { surveyHtml, tidy } from "./html-survey.ts";
import { type HtmlTable, headerOf, tablesIn } from "./html-tables.ts";
import { visibleHtml } from "./html-visible.ts";
import { type LaidOut, lineOf, tableIn, tooManyCells } from "./table-layout.ts";

/** Readability takes time quadratic in depth: 150 levels some 0.2 s, 1,000 levels 6 s. */
const MAX_DEPTH = 150;
const MAX_ELEMENTS = 20_000;
/** Turndown takes time quadratic in blanks that HTML does not collapse, such as `&nbsp;`. */
const LONG_BLANK = /(?<!\s)(\s{100})\s+/g;
/** An article with less than this share of the page's text was guessed wrong: the page is a list, or full of tables. */
const MIN_SHARE = 0.5;

/** The part of a DOM element that is used here; linkedom's own types need the browser's. */
interface Element {
  readonly textContent: string | null;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  querySelectorAll(selector: string): Iterable<Element>;
  readonly outerHTML: string;
}
interface Page extends Element {
  readonly title: string;
  readonly body: Element;
  cloneNode(deep: boolean): Page;
}

/**
 * Returns a page's main article as Markdown, or the whole body when no article stands out. Returns the bare text of a
 * page that is too large or too deeply nested for that. Links that are not http, https or mailto once resolved lose
 * their address.
 */
export const readHtml = (
  source: string,
  baseUrl?: string,
): { readonly title: string | null; readonly text: string } => {
  const html = visibleHtml(source).replace(LONG_BLANK, (_, blank: string) => blank);
  const survey = surveyHtml(html);
  if (survey.elements > MAX_ELEMENTS || survey.depth > MAX_DEPTH) {
    return { title: survey.title || null, text: survey.text };
  }
  const page = parse(html);
  const body = parse(html).body;
  const article = articleOf(page);
  const whole = tidy(body.textContent ?? "").length;
  const isArticle = article !== null && tidy(article.content.textContent ?? "").length >= whole * MIN_SHARE;
  const content = isArticle ? article.content : body;
  mendLinks(content, baseUrl);
  const title = survey.title || article?.title || firstHeading(body);
  return { title: title || null, text: markdown.turndown(content as unknown as string).trim() || survey.text };
};

/**
 * Returns the table in a page that a spreadsheet was saved as, or that a system exports under a spreadsheet's name.
 * Null when the page has none or several; then it is read like any page. Throws as `tableIn` does.
 */
export const readHtmlSheet = (source: string): (LaidOut & { readonly text: string }) | null => {
  // A cell's value is the text that is not struck out.
  const html = visibleHtml(source, { struck: "left out" });
  const isSheet = ({ rows, isNested, isTooLarge }: HtmlTable) =>
    !isNested && (isTooLarge || (rows[0]?.length ?? 0) > 1);
  const [table, another] = tablesIn(html).filter(isSheet);
  if (table === undefined || another !== undefined) return null;
  if (table.isTooLarge) throw tooManyCells();
  const head = table.headRows > 1 ? [headerOf(table)] : table.rows.slice(0, table.headRows);
  const rows = [...head, ...table.rows.slice(table.headRows)];
  const laidOut = tableIn(rows.flatMap((cells, at) => lineOf(cells, at + 1) ?? []));
  const caption = table.caption === "" ? [] : [table.caption];
  const title = laidOut.title ?? caption[0] ?? null;
  return { ...laidOut, title, notes: [...caption, ...laidOut.notes], text: surveyHtml(html).text };
};

/** Wraps a fragment in a document: linkedom and Readability fail without one. */
const parse = (html: string): Page => {
  const whole = /<html[\s>]/i.test(html) ? html : `<!doctype html><html><head></head><body>${html}</body></html>`;
  return parseHTML(whole).document as unknown as Page;
};

const articleOf = (page: Page): { readonly title: string; readonly content: Element } | null => {
  const options = { charThreshold: 200, keepClasses: true, serializer: (node: unknown) => node as Element };
  const article = new Readability(page as never, options).parse();
  return article?.content ? { title: tidy(article.title ?? ""), content: article.content } : null;
};

const firstHeading = (body: Element): string => {
  const [heading] = body.querySelectorAll("h1,h2");
  return tidy(heading?.textContent ?? "");
};

const mendLinks = (content: Element, baseUrl: string | undefined): void => {
  for (const attribute of ["href", "src"]) {
    for (const element of content.querySelectorAll(`[${attribute}]`)) {
      const url = URL.parse(element.getAttribute(attribute) ?? "", baseUrl);
      if (url !== null && /^(?:https?|mailto):$/.test(url.protocol)) element.setAttribute(attribute, url.href);
      else element.removeAttribute(attribute);
    }
  }
};

/**
 * Returns a table as a GFM table, which Turndown alone does not support. The header is its header rows joined into one,
 * else its first row. A table that contains another is for layout, and is replaced by the content of its cells.
 */
const tableOf = (content: string, table: Element): string => {
  const [found] = tablesIn(table.outerHTML);
  if (found === undefined || found.isNested) return `\n\n${content}\n\n`;
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const header = headerOf(found);
  if (header.length === 0) return "";
  const others = found.rows.slice(Math.max(1, found.headRows));
  const lines = [line(header), line(header.map(() => "---")), ...others.map(line)];
  return `\n\n${found.caption === "" ? "" : `${found.caption}\n\n`}${lines.join("\n")}\n\n`;
};

/** The fence is longer than any fence in the text. */
const fenced = (text: string): string => {
  const ticks = Math.max(2, ...Array.from(text.matchAll(/`{3,}/g), ([run]) => run.length)) + 1;
  const fence = "`".repeat(ticks);
  return `\n\n${fence}\n${text.replace(/^\n/, "").trimEnd()}\n${fence}\n\n`;
};

const markdown = new TurndownService({ headingStyle: "atx", codeBlockStyle: "fenced", bulletListMarker: "-" })
  .addRule("table", { filter: "table", replacement: (content, node) => tableOf(content, node as unknown as Element) })
  // Preserves line breaks and blanks of preformatted text, whether it is marked as code or not.
  .addRule("pre", {
    filter: "pre",
    replacement: (_content, node) => fenced((node as unknown as Element).textContent ?? ""),
  })
  // A picture is replaced by its alternative text.
  .addRule("image", {
    filter: "img",
    replacement: (_content, node) => tidy((node as unknown as Element).getAttribute("alt") ?? ""),
  });
// Markdown characters in a page's text are rare, and backslashes before them would break quotations of the text.
markdown.escape = (text) => text;
