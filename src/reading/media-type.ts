import type { Upload } from "../domain/document.ts";
import { UnreadableError } from "../domain/unreadable.ts";
import { utf16In } from "./encoding.ts";

/** The kinds of file that can be read. */
export type ReadableType = "text/plain" | "text/markdown" | "text/html" | "text/csv" | "application/pdf";

/**
 * Detects the type of a file. Its first bytes count most (a PDF may be named `notes.txt`), then the declared type, then
 * the name when that type is missing or general. Throws `unsupported` for a file that no reader accepts.
 */
export const typeOf = ({ name, mediaType, bytes }: Upload): ReadableType => {
  const begins = (signature: string, from = 0): boolean =>
    signature.length <= bytes.length - from && [...signature].every((c, i) => bytes[from + i] === c.charCodeAt(0));
  if (begins("%PDF-")) return "application/pdf";
  if (SIGNATURES.some((signature) => begins(signature))) throw unsupported();

  const declared = mediaType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const extension = /\.([a-z0-9]{1,10})$/.exec(name.trim().toLowerCase())?.[1] ?? "";
  const named = EXTENSIONS.get(extension);
  const type = TYPES.get(declared) ?? (GENERAL.test(declared) ? (named ?? "text/plain") : undefined);
  if (type === undefined) throw unsupported();
  if (type === "application/pdf") return type;
  if (isBinary(bytes)) throw unsupported();
  const start = latin1(bytes, 1024).replaceAll("\0", "");
  if (type === "text/csv") {
    if (OTHER_SHEET.test(start)) throw unsupported();
    return SHEET_START.test(start) ? "text/html" : type;
  }
  // HTML that was not declared as such is useless as plain text.
  return type === "text/plain" && HTML_START.test(start) ? "text/html" : type;
};

/** Returns the character set that a media type names, such as `euc-kr` in `text/html; charset=EUC-KR`. */
export const charsetOf = (mediaType: string): string | undefined =>
  /;\s*charset\s*=\s*"?([\w.:+-]{1,40})/i.exec(mediaType)?.[1]?.toLowerCase();

/** Returns the first `length` bytes, each as one character. */
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
  // The type that Windows with Excel installed gives a CSV file; a real spreadsheet is detected by its first bytes.
  ["application/vnd.ms-excel", "text/csv"],
  ["application/pdf", "application/pdf"],
  ["application/x-pdf", "application/pdf"],
]);

/** Types that say only that a file is text, or nothing: the name may be more specific. */
const GENERAL = /^(?:|text\/.*|application\/(?:octet-stream|json|xml|yaml|x-yaml|.*\+json|.*\+xml))$/;

const EXTENSIONS: ReadonlyMap<string, ReadableType> = new Map([
  ["md", "text/markdown"],
  ["markdown", "text/markdown"],
  ["html", "text/html"],
  ["htm", "text/html"],
  ["xhtml", "text/html"],
  ["csv", "text/csv"],
  ["tsv", "text/csv"],
  // A web page or a table in text, which many systems export under this name.
  ["xls", "text/csv"],
  ["pdf", "application/pdf"],
]);

/** Archives (which include office files), old office files, pictures, executables. */
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

/** HTML, after any byte order mark. */
const HTML_START = /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*<(?:!doctype\s+html|html)[\s>]/i;

/** The start of a web page, or of a part of one, that is named as a spreadsheet. */
const SHEET_START =
  /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|!--|html|head|meta|style|body|div|table)[\s>:-]/i;
/** Excel's own XML, and a page saved with its resources as one MIME message. */
const OTHER_SHEET =
  /urn:schemas-microsoft-com:office:spreadsheet["'][^>]*>\s*<|^\s*(?:<\?xml[^>]*>\s*(?:<\?mso[^>]*>\s*)?<(?:\w+:)?Workbook|mime-version:)/i;

/** Whether the name or the declared type says that the file is a spreadsheet. */
export const isSpreadsheet = ({ name, mediaType }: Upload): boolean =>
  TYPES.get(mediaType.split(";", 1)[0]?.trim().toLowerCase() ?? "") === "text/csv" ||
  /\.(?:xls|csv|tsv)$/i.test(name.trim());

/** True for a NUL among the first bytes that UTF-16 does not explain. */
const isBinary = (bytes: Uint8Array): boolean => bytes.subarray(0, 1024).includes(0) && utf16In(bytes) === null;
