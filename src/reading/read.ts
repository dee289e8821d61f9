import { readable, titleLine } from "../domain/readable.ts";
import { beginning } from "../domain/text.ts";
import { UnreadableError } from "../domain/unreadable.ts";
import { titleOfText } from "./blocks.ts";
import type { Reading } from "./contract.ts";
import { laidOutCsv } from "./csv.ts";
import { decodeText } from "./decode.ts";
import { readMarkdown } from "./markdown.ts";
import { latin1, type ReadableType } from "./media-type.ts";

/** A file of a known type. */
export interface Source {
  readonly type: ReadableType;
  readonly bytes: Uint8Array;
  /** As the upload declares it. */
  readonly charset: string | undefined;
  readonly baseUrl: string | undefined;
  /** True when the name or the declared type says spreadsheet, whatever the content. */
  readonly isSheet: boolean;
}

const MAX_TITLE = 300;

/**
 * Reads a file without a time limit, and hostile input can make it very long: call it in a worker thread, whose time is
 * bounded.
 */
export const read = async (source: Source, onPage: () => void): Promise<Reading> => {
  const reading = await readers[source.type](source, onPage);
  if (reading.text.trim() === "") throw new UnreadableError("empty", "The document contains no text.");
  const title = reading.title === null ? null : beginning(titleLine(reading.title), MAX_TITLE) || null;
  return { table: null, pageStarts: [], ...reading, title, mediaType: source.type };
};

type Read = Pick<Reading, "title" | "text"> & Partial<Pick<Reading, "table" | "notes" | "pageStarts">>;

const textIn = ({ bytes, charset }: Source): string => readable(decodeText(bytes, charset));

/** Large libraries are loaded with the first file that needs them. */
const readers: Record<ReadableType, (source: Source, onPage: () => void) => Read | Promise<Read>> = {
  "text/plain": (source) => {
    const text = textIn(source);
    return { title: titleOfText(text), text };
  },
  "text/markdown": (source) => readMarkdown(textIn(source)),
  "text/csv": (source) => {
    const text = textIn(source);
    return text.trim() === "" ? { title: null, text } : { text, ...laidOutCsv(text) };
  },
  "text/html": async (source) => {
    const { readHtml, readHtmlSheet } = await import("./html.ts");
    const html = decodeText(source.bytes, source.charset ?? charsetWithin(source.bytes));
    const reading = (source.isSheet ? readHtmlSheet(html) : null) ?? readHtml(html, source.baseUrl);
    return { ...reading, text: readable(reading.text) };
  },
  "application/pdf": async ({ bytes }, onPage) => {
    const { readPdf } = await import("./pdf/pdf.ts");
    const { title, pages } = await readPdf(bytes, onPage);
    const texts = pages.map((page) => readable(page));
    let at = 0;
    const pageStarts = texts.map((text) => {
      const start = at;
      at += text.length + PAGE_BREAK.length;
      return start;
    });
    return { title, text: texts.join(PAGE_BREAK), pageStarts };
  },
};

const PAGE_BREAK = "\n\n";

/** Returns the encoding that a page declares in its first 1,024 bytes (HTML standard, "prescan a byte stream"). */
const charsetWithin = (bytes: Uint8Array): string | undefined =>
  /<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w.:-]{1,40})/i.exec(latin1(bytes, 1024))?.[1]?.toLowerCase();
