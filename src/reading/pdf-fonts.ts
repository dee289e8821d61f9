import type { getDocumentProxy } from "unpdf";

type Page = Awaited<ReturnType<Awaited<ReturnType<typeof getDocumentProxy>>["getPage"]>>;

/** As much of a font as pdf.js tells with `fontExtraProperties`. */
interface Font {
  readonly composite?: boolean;
  /** From codes to text. A range of codes that stand for themselves: the font does not say. */
  readonly toUnicode?: { readonly firstChar?: number; readonly _map?: unknown };
  /** From codes to the names of glyphs, where these are not those of a standard encoding. */
  readonly differences?: readonly (string | undefined)[];
}

/** A glyph's number (`g12`, `cid345`, `C0_1`), and no name; `uni00E9` and `u1F600` say which character it is. */
const NUMBERED = /^(?!u(?:ni)?[\dA-F]{4,6}$)(?:[A-Za-z]{0,6}[-_.]?)?\d+(?:[-_.]\d+)?$/;
/** Characters that no font would have for letters: control characters, private ones, some that are none. */
const NO_TEXT = /[\p{Cc}\p{Co}\p{Cn}\ufffd]/u;
/** The share of a font's characters on a page from which it is taken not to say what they are. */
const MOST_UNKNOWN = 0.25;

/**
 * Which fonts do not say what letters they draw: a PDF may number its glyphs and leave out what they mean (a font without a
 * ToUnicode map, ISO 32000-2, 9.10). What pdf.js then calls text is the numbers.
 */
export class FontsOfPdf {
  readonly #unread = new Map<string, boolean>();

  /** The names of a page's fonts whose text is none. Each font is asked about on the first page that has it. */
  async unreadableOn(page: Page, texts: ReadonlyMap<string, string>): Promise<ReadonlySet<string>> {
    if ([...texts.keys()].some((name) => !this.#unread.has(name))) {
      // Loads the fonts; pictures are left out by `maxImageSize`.
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
  // A code that stands for itself although the font calls its glyph by a number.
  const unknown = characters.filter((character) => NUMBERED.test(differences?.[character.charCodeAt(0)] ?? ""));
  return unknown.length > characters.length * MOST_UNKNOWN;
};

const isNoText = (text: string): boolean => {
  const characters = [...text].filter((character) => character.trim() !== "");
  const none = characters.filter((character) => NO_TEXT.test(character));
  return none.length > characters.length * MOST_UNKNOWN;
};
