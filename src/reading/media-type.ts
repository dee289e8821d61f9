import type { Upload } from "../domain/document.ts";
import { UnreadableError } from "../domain/unreadable.ts";
import { utf16In } from "./encoding.ts";

/** The kinds of file that are read here. */
export type ReadableType = "text/plain" | "text/markdown" | "text/html" | "text/csv" | "application/pdf";

/**
 * What a file is. Its first bytes count most (a PDF may come as `notes.txt`), then the declared type, then the name where
 * that type is missing or general. Throws `unsupported` for anything that no reader here takes.
 */
export const typeOf = ({ name, mediaType, bytes }: Upload): ReadableType => {
  const begins = (signature: string, from = 0): boolean =>
    signature.length <= bytes.length - from && [...signature].every((c, i) => bytes[from + i] === c.charCodeAt(0));
  if (begins("%PDF-")) return "application/pdf";
  if (SIGNATURES.some((signature) => begins(signature))) throw unsupported();

  const declared = mediaType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const extension = /\.([a-z0-9]{1,10})$/.exec(name.trim().toLowerCase())?.[1] ?? "";
  const named = EXTENSIONS.get(extension);
  const told = TYPES.get(declared) ?? (GENERAL.test(declared) ? (named ?? "text/plain") : undefined);
  if (told === undefined) throw unsupported();
  if (told === "application/pdf") return told;
  if (isBinary(bytes)) throw unsupported();
  const start = latin1(bytes, 1024).replaceAll("\0", "");
  if (told === "text/csv") {
    if (OTHER_SHEET.test(start)) throw unsupported();
    return SHEET_START.test(start) ? "text/html" : told;
  }
  // An HTML file that nobody called so is of no use as plain text.
  return told === "text/plain" && HTML_START.test(start) ? "text/html" : told;
};

/** The character set that a media type names, such as `euc-kr` in `text/html; charset=EUC-KR`. */
export const charsetOf = (mediaType: string): string | undefined =>
  /;\s*charset\s*=\s*"?([\w.:+-]{1,40})/i.exec(mediaType)?.[1]?.toLowerCase();

/** The first characters, each byte as one. */
export const latin1 = (bytes: Uint8Array, length: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(length, bytes.length)).toString("latin1");

const unsupported = (): UnreadableError =>
  new UnreadableError(
    "unsupported",
    "This type of file is not supported. Send text, Markdown, HTML, CSV or PDF. Save other documents as PDF and spreadsheets as CSV.",
  );

const TYPES: ReadonlyMap<string, ReadableType> = new Map([
  ["text/markdown", "text/markdown"],
  ["text/x-markdown", "text/markdown"],
  ["text/html", "text/html"],
  ["application/xhtml+xml", "text/html"],
  ["text/csv", "text/csv"],
  ["application/csv", "text/csv"],
  ["text/tab-separated-values", "text/csv"],
  // What Windows with Excel installed calls a CSV file; a real spreadsheet is told by its first bytes.
  ["application/vnd.ms-excel", "text/csv"],
  ["application/pdf", "application/pdf"],
  ["application/x-pdf", "application/pdf"],
]);

/** Types that say no more than that it is text, or nothing at all: the name may know better. */
const GENERAL = /^(?:|text\/.*|application\/(?:octet-stream|json|xml|yaml|x-yaml|.*\+json|.*\+xml))$/;

const EXTENSIONS: ReadonlyMap<string, ReadableType> = new Map([
  ["md", "text/markdown"],
  ["markdown", "text/markdown"],
  ["html", "text/html"],
  ["htm", "text/html"],
  ["xhtml", "text/html"],
  ["csv", "text/csv"],
  ["tsv", "text/csv"],
  // A web page or a table in text, as many systems export them under this name.
  ["xls", "text/csv"],
  ["pdf", "application/pdf"],
]);

/** Archives (of which office files are some), old office files, pictures, executables. */
const SIGNATURES = [
  "PK\x03\x04",
  "\xd0\xcf\x11\xe0",
  "\x89PNG",
  "\xff\xd8\xff",
  "GIF8",
  "\x1f\x8b",
  "\x7fELF",
  "{\\rtf",
];

/** Behind a byte order mark, whichever. */
const HTML_START = /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*<(?:!doctype\s+html|html)[\s>]/i;

/** How a web page, or a part of one, begins that is called a spreadsheet. */
const SHEET_START =
  /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|!--|html|head|meta|style|body|div|table)[\s>:-]/i;
/** Excel's own XML, and a page with all that belongs to it as one mail. */
const OTHER_SHEET =
  /urn:schemas-microsoft-com:office:spreadsheet["'][^>]*>\s*<|^\s*(?:<\?xml[^>]*>\s*(?:<\?mso[^>]*>\s*)?<(?:\w+:)?Workbook|mime-version:)/i;

/** Whether somebody took it for a spreadsheet. */
export const isSpreadsheet = ({ name, mediaType }: Upload): boolean =>
  TYPES.get(mediaType.split(";", 1)[0]?.trim().toLowerCase() ?? "") === "text/csv" ||
  /\.(?:xls|csv|tsv)$/i.test(name.trim());

/** A NUL among the first bytes, which only UTF-16 explains. */
const isBinary = (bytes: Uint8Array): boolean => bytes.subarray(0, 1024).includes(0) && utf16In(bytes) === null;
