import { Readability } from "@mozilla/readability";
import { parseHTML } from "linkedom";
import TurndownService from "turndown";
import { surveyHtml, tidy } from "./html-survey.ts";

/** Readability takes quadratic time on depth: 150 levels some 0.2 s, 1,000 levels 6 s. */
const MAX_DEPTH = 150;
const MAX_ELEMENTS = 20_000;
/** An article with less than this share of the page's text is a guess that went wrong: a list, a page of tables. */
const MIN_SHARE = 0.5;

/** As much of a DOM element as is needed here; linkedom's own types want the browser's. */
interface Element {
  readonly textContent: string | null;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  remove(): void;
  querySelectorAll(selector: string): Iterable<Element>;
}
interface Page extends Element {
  readonly title: string;
  readonly body: Element;
  cloneNode(deep: boolean): Page;
}

/**
 * A page's main article as Markdown, or all of its body where no article stands out. A page that is too large or too deeply
 * nested for that gives its bare text. Links that are not http, https or mailto once resolved lose their address.
 */
export const readHtml = (html: string, baseUrl?: string): { readonly title: string | null; readonly text: string } => {
  const survey = surveyHtml(html);
  if (survey.elements > MAX_ELEMENTS || survey.depth > MAX_DEPTH) {
    return { title: survey.title || null, text: survey.text };
  }
  const page = parse(html);
  const body = parse(html).body;
  for (const element of body.querySelectorAll("script,style,noscript,template,svg,iframe,nav,form")) element.remove();
  const article = articleOf(page);
  const whole = tidy(body.textContent ?? "").length;
  const isArticle = article !== null && tidy(article.content.textContent ?? "").length >= whole * MIN_SHARE;
  const content = isArticle ? article.content : body;
  mendLinks(content, baseUrl);
  const title = survey.title || article?.title || firstHeading(body);
  return { title: title || null, text: markdown.turndown(content as unknown as string).trim() || survey.text };
};

/** A fragment is given a document around it: linkedom and Readability fail without. */
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

const cellsOf = (row: Element): readonly string[] =>
  [...row.querySelectorAll("th,td")].map((cell) => tidy(cell.textContent ?? "").replaceAll("|", "\\|"));

/** As a table of GFM, which Turndown by itself does not know; the first row is the header. */
const tableOf = (table: Element): string => {
  const rows = [...table.querySelectorAll("tr")].map(cellsOf).filter((row) => row.length > 0);
  const width = Math.max(0, ...rows.map((row) => row.length));
  if (width === 0) return "";
  const line = (cells: readonly string[]) =>
    `| ${Array.from({ length: width }, (_, at) => cells[at] ?? "").join(" | ")} |`;
  const [header = [], ...others] = rows;
  return `\n\n${[line(header), line(Array(width).fill("---")), ...others.map(line)].join("\n")}\n\n`;
};

const markdown = new TurndownService({ headingStyle: "atx", codeBlockStyle: "fenced", bulletListMarker: "-" })
  .addRule("table", { filter: "table", replacement: (_content, node) => tableOf(node as unknown as Element) })
  // A picture says what its words say.
  .addRule("image", {
    filter: "img",
    replacement: (_content, node) => tidy((node as unknown as Element).getAttribute("alt") ?? ""),
  });
// Marks of Markdown in a page's text are rare, and backslashes before them would part words from their quotations.
markdown.escape = (text) => text;
