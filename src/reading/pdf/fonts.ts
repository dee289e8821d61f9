import type { getDocumentProxy } from "unpdf";

type Page = Awaited<ReturnType<Awaited<ReturnType<typeof getDocumentProxy>>["getPage"]>>;

/** The properties of a font that pdf.js returns with `fontExtraProperties`. */
interface Font {
  readonly composite?: boolean;
  /** Maps codes to text. In a range, each code stands for itself: the font has no mapping. */
  readonly toUnicode?: { readonly firstChar?: number; readonly _map?: unknown };
  /** Maps codes to names of glyphs, where these differ from a standard encoding. */
  readonly differences?: readonly (string | undefined)[];
}

/** A glyph's number (`g12`, `cid345`, `C0_1`) rather than a name; `uni00E9` and `u1F600` do name a character. */
const NUMBERED = /^(?!u(?:ni)?[\dA-F]{4,6}$)(?:[A-Za-z]{0,6}[-_.]?)?\d+(?:[-_.]\d+)?$/;
/** Characters that no font uses for letters: control characters, private ones and unassigned ones. */
const NO_TEXT = /[\p{Cc}\p{Co}\p{Cn}\ufffd]/u;
/** The share of unknown characters on a page from which a font counts as unreadable. */
const MOST_UNKNOWN = 0.25;

/**
 * Finds the fonts whose letters are unknown: a PDF may number its glyphs and omit what they mean (a font without a
 * ToUnicode map, ISO 32000-2, 9.10). The text that pdf.js then returns is the numbers.
 */
export class FontsOfPdf {
  readonly #unread = new Map<string, boolean>();

  /**
   * Returns the names of a page's fonts whose text is unreadable. Each font is examined on the first page that uses it.
   */
  async unreadableOn(page: Page, texts: ReadonlyMap<string, string>): Promise<ReadonlySet<string>> {
    if ([...texts.keys()].some((name) => !this.#unread.has(name))) {
      // Loads the fonts; `maxImageSize` skips the pictures.
      await page.getOperatorList();
      for (const [name, text] of texts) {
        if (!this.#unread.has(name)) this.#unread.set(name, isUnreadable(fontOf(page, name), text));
      }
    }
    return new Set([...texts].flatMap(([name, text]) => (this.#unread.get(name) || isNoText(text) ? [name] : [])));
  }
}

const fontOf = ({ commonObjs }: Page, name: string): Font => {
  const found: unknown = commonObjs.has(name) ? commonObjs.get(name) : null;
  return found !== null && typeof found === "object" ? found : {};
};

const isUnreadable = ({ composite, toUnicode, differences }: Font, text: string): boolean => {
  if (composite === true) return toUnicode?.firstChar !== undefined && toUnicode._map === undefined;
  const characters = [...text].filter((character) => character.trim() !== "");
  // Unknown: a code that stands for itself although the font names its glyph by a number.
  const unknown = characters.filter((character) => NUMBERED.test(differences?.[character.charCodeAt(0)] ?? ""));
  return unknown.length > characters.length * MOST_UNKNOWN;
};

const isNoText = (text: string): boolean => {
  const characters = [...text].filter((character) => character.trim() !== "");
  const none = characters.filter((character) => NO_TEXT.test(character));
  return none.length > characters.length * MOST_UNKNOWN;
};
