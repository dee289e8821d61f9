import { getDocumentProxy, getResolvedPDFJS } from "unpdf";
import { UnreadableError } from "../../domain/unreadable.ts";
import { KoreanMaps } from "./cmaps.ts";
import { filledIn } from "./fields.ts";
import { FontsOfPdf } from "./fonts.ts";
import { pageText, type TextRun } from "./page.ts";

const MAX_PAGES = 3_000;
/** Above this share of characters in fonts whose letters are unknown, a PDF is refused. */
const MOST_UNREADABLE = 0.5;

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;
type Page = Awaited<ReturnType<Pdf["getPage"]>>;

interface PdfText {
  readonly title: string | null;
  readonly pages: readonly string[];
}

/**
 * Returns the text of a PDF, page by page, with the values of its form fields. `bytes` are consumed. Calls `onPage`
 * once it has loaded, and after each page, for a caller that limits the time: a page of a kilobyte may unfold to
 * gigabytes. Text in fonts whose letters are unknown is marked as unreadable; when that is most of the text, the PDF is refused. Throws `encrypted`,
 * `malformed`, `too_large` or `empty`.
 */
export const readPdf = async (bytes: Uint8Array, onPage: () => void): Promise<PdfText> => {
  // For a thread's first PDF that may take longer than a page may, on a busy machine.
  await getResolvedPDFJS();
  onPage();
  const pdf = await open(bytes);
  try {
    if (pdf.numPages > MAX_PAGES) {
      throw new UnreadableError("too_large", `The PDF has more than ${MAX_PAGES} pages. Split it.`);
    }
    const pages: string[] = [];
    const fonts = new FontsOfPdf();
    const characters = { all: 0, unreadable: 0 };
    for (let number = 1; number <= pdf.numPages; number++) {
      const page = await pdf.getPage(number);
      const { runs, unreadable } = await runsOf(page, fonts);
      for (const { str, fontName } of runs) {
        characters.all += str.trim().length;
        if (unreadable.has(fontName)) characters.unreadable += str.trim().length;
      }
      pages.push(pageText(runs, filledIn(await page.getAnnotations({ intent: "display" })), unreadable));
      page.cleanup();
      onPage();
    }
    if (pages.every((page) => page === "")) {
      const message = "The PDF contains no text, perhaps only scanned pages. Run text recognition (OCR) on it first.";
      throw new UnreadableError("empty", message);
    }
    if (characters.unreadable > characters.all * MOST_UNREADABLE) {
      const message =
        "The PDF's text cannot be read because its fonts do not map their glyphs to characters. " +
        "Save it with a ToUnicode map, or run text recognition (OCR) on it.";
      throw new UnreadableError("malformed", message);
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
    // pdf.js asks for maps only when `cMapUrl` is set; KoreanMaps uses the names alone.
    const maps = { BinaryDataFactory: KoreanMaps, cMapUrl: "maps/", cMapPacked: true, useWorkerFetch: false };
    // Pictures are skipped, fonts are loaded.
    return await getDocumentProxy(bytes, { ...maps, verbosity: 0, fontExtraProperties: true, maxImageSize: 1 });
  } catch (error) {
    throw unreadable(error);
  }
};

const runsOf = async (page: Page, fonts: FontsOfPdf) => {
  const { items } = await page.getTextContent();
  const runs = items.flatMap((item): readonly TextRun[] => ("str" in item ? [item] : []));
  const texts = new Map<string, string[]>();
  for (const { fontName, str } of runs) {
    if (str.trim() === "") continue;
    const some = texts.get(fontName);
    if (some === undefined) texts.set(fontName, [str]);
    else some.push(str);
  }
  const byFont = new Map(Array.from(texts, ([name, some]) => [name, some.join("")]));
  return { runs, unreadable: await fonts.unreadableOn(page, byFont) };
};

const titleOf = async (pdf: Pdf): Promise<string | null> => {
  const { info } = await pdf.getMetadata();
  const title = "Title" in info && typeof info.Title === "string" ? info.Title.trim() : "";
  // Titles that word processors set by themselves are file names.
  return title === "" || /^(?:untitled|microsoft word\b.*|.*\.\w{2,4})$/i.test(title) ? null : title;
};

/** pdf.js throws classes that it does not export, so they are distinguished by name. */
const unreadable = (error: unknown): UnreadableError => {
  if (error instanceof UnreadableError) return error;
  if (error instanceof Error && error.name === "PasswordException") {
    return new UnreadableError("encrypted", "The PDF is protected by a password. Send it without one.", {
      cause: error,
    });
  }
  return new UnreadableError("malformed", "The file is no PDF that can be read: it is cut off or damaged.", {
    cause: error,
  });
};
