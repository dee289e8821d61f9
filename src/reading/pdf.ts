import { getDocumentProxy } from "unpdf";
import { UnreadableError } from "../domain/unreadable.ts";
import { KoreanMaps } from "./cmaps.ts";

const MAX_PAGES = 3_000;
/** A gap of so many line heights between two lines begins a paragraph. */
const PARAGRAPH_GAP = 1.6;

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;
type Page = Awaited<ReturnType<Pdf["getPage"]>>;

interface PdfText {
  readonly title: string | null;
  readonly pages: readonly string[];
}

/**
 * The text of a PDF, page by page. `bytes` are used up. Calls `onPage` after each page, for whoever watches over the time: a
 * page of a kilobyte may unfold to gigabytes. Throws `encrypted`, `malformed`, `too_large` or `empty`.
 */
export const readPdf = async (bytes: Uint8Array, onPage: () => void): Promise<PdfText> => {
  const pdf = await open(bytes);
  try {
    if (pdf.numPages > MAX_PAGES) {
      throw new UnreadableError("too_large", `The PDF has more than ${MAX_PAGES} pages: split it.`);
    }
    const pages: string[] = [];
    for (let number = 1; number <= pdf.numPages; number++) {
      const page = await pdf.getPage(number);
      pages.push(await textOf(page));
      page.cleanup();
      onPage();
    }
    if (pages.every((page) => page === "")) {
      const message = "The PDF holds no text, only pictures of it perhaps: have it recognised (OCR) first.";
      throw new UnreadableError("empty", message);
    }
    return { title: await titleOf(pdf), pages };
  } catch (error) {
    throw unreadable(error);
  } finally {
    await pdf.loadingTask.destroy();
  }
};

const open = async (bytes: Uint8Array): Promise<Pdf> => {
  try {
    // `cMapUrl` must be there to be asked for anything; KoreanMaps knows the names alone.
    const maps = { BinaryDataFactory: KoreanMaps, cMapUrl: "maps/", cMapPacked: true, useWorkerFetch: false };
    return await getDocumentProxy(bytes, { ...maps, verbosity: 0 });
  } catch (error) {
    throw unreadable(error);
  }
};

const textOf = async (page: Page): Promise<string> => {
  const { items } = await page.getTextContent();
  let text = "";
  let lastLine: number | undefined;
  for (const item of items) {
    if (!("str" in item)) continue;
    const y: unknown = item.transform[5];
    if (typeof y === "number" && item.str.trim() !== "") {
      const gap = lastLine === undefined ? 0 : Math.abs(lastLine - y);
      if (text.endsWith("\n") && item.height > 0 && gap > item.height * PARAGRAPH_GAP) text += "\n";
      lastLine = y;
    }
    text += item.hasEOL ? `${item.str}\n` : item.str;
  }
  return text.replace(/[ \t]+\n/g, "\n").trim();
};

const titleOf = async (pdf: Pdf): Promise<string | null> => {
  const { info } = await pdf.getMetadata();
  const title = "Title" in info && typeof info.Title === "string" ? info.Title.trim() : "";
  // What word processors put there by themselves is the name of a file.
  return title === "" || /^(?:untitled|microsoft word\b.*|.*\.\w{2,4})$/i.test(title) ? null : title;
};

/** pdf.js throws classes of its own that are not shared with us: they are told by their names. */
const unreadable = (error: unknown): UnreadableError => {
  if (error instanceof UnreadableError) return error;
  if (error instanceof Error && error.name === "PasswordException") {
    return new UnreadableError("encrypted", "The PDF asks for a password: send it without one.", { cause: error });
  }
  return new UnreadableError("malformed", "The file is no PDF that can be read: it is cut off or damaged.", {
    cause: error,
  });
};
