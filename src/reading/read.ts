import { storable } from "../domain/text.ts";
import { UnreadableError } from "../domain/unreadable.ts";
import { titleOfText } from "./blocks.ts";
import type { Reading } from "./contract.ts";
import { readCsv } from "./csv.ts";
import { decodeText } from "./decode.ts";
import { readMarkdown } from "./markdown.ts";
import { latin1, type ReadableType } from "./media-type.ts";

/** A file of a known kind. */
export interface Source {
  readonly type: ReadableType;
  readonly bytes: Uint8Array;
  /** As the upload declares it. */
  readonly charset: string | undefined;
  readonly baseUrl: string | undefined;
}

/** Computes for as long as it takes, which nasty input can make very long: for the thread, whose time is bounded. */
export const read = async (source: Source, onPage: () => void): Promise<Reading> => {
  const reading = await readers[source.type](source, onPage);
  if (reading.text.trim() === "") throw new UnreadableError("empty", "There is no text in it.");
  return { ...reading, title: reading.title === null ? null : storable(reading.title), mediaType: source.type };
};

type Read = Omit<Reading, "mediaType">;

const textIn = ({ bytes, charset }: Source): string => storable(decodeText(bytes, charset));

/** What is large is loaded by the first file that needs it. */
const readers: Record<ReadableType, (source: Source, onPage: () => void) => Read | Promise<Read>> = {
  "text/plain": (source) => {
    const text = textIn(source);
    return { title: titleOfText(text), text, table: null, pageStarts: [] };
  },
  "text/markdown": (source) => ({ ...readMarkdown(textIn(source)), table: null, pageStarts: [] }),
  "text/csv": (source) => {
    const text = textIn(source);
    return { title: null, text, table: text.trim() === "" ? null : readCsv(text), pageStarts: [] };
  },
  "text/html": async (source) => {
    const { readHtml } = await import("./html.ts");
    const html = textIn({ ...source, charset: source.charset ?? charsetWithin(source.bytes) });
    return { ...readHtml(html, source.baseUrl), table: null, pageStarts: [] };
  },
  "application/pdf": async ({ bytes }, onPage) => {
    const { readPdf } = await import("./pdf.ts");
    const { title, pages } = await readPdf(bytes, onPage);
    const texts = pages.map((page) => storable(page));
    let at = 0;
    const pageStarts = texts.map((text) => {
      const start = at;
      at += text.length + PAGE_BREAK.length;
      return start;
    });
    return { title, text: texts.join(PAGE_BREAK), table: null, pageStarts };
  },
};

const PAGE_BREAK = "\n\n";

/** What a page says of its own encoding, within its first 1,024 bytes (HTML standard, "prescan a byte stream"). */
const charsetWithin = (bytes: Uint8Array): string | undefined =>
  /<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w.:-]{1,40})/i.exec(latin1(bytes, 1024))?.[1]?.toLowerCase();
