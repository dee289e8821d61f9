/** What a page draws, as the operators of its content stream, and its font. */
export interface PdfPage {
  readonly content: Uint8Array | string;
  /** The filter of the content, such as `/FlateDecode`. */
  readonly filter?: string;
}

const HELVETICA = ["<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"];
/** A font of Korean office programs: it names a predefined character map and embeds nothing. */
export const KOREAN_FONT = (at: number): readonly string[] => [
  `<</Type/Font/Subtype/Type0/BaseFont/HYSMyeongJo-Medium/Encoding/KSCms-UHC-H/DescendantFonts[${at + 1} 0 R]>>`,
  `<</Type/Font/Subtype/CIDFontType0/BaseFont/HYSMyeongJo-Medium/CIDSystemInfo<</Registry(Adobe)/Ordering(Korea1)/Supplement 1>>/FontDescriptor ${at + 2} 0 R>>`,
  "<</Type/FontDescriptor/FontName/HYSMyeongJo-Medium/Flags 6/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800/Descent -200/CapHeight 700/StemV 80>>",
];

/** A font that numbers its glyphs without their meaning: no ToUnicode map, nothing embedded. */
export const MUTE_FONT = (at: number): readonly string[] => [
  `<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+Malgun/Encoding/Identity-H/DescendantFonts[${at + 1} 0 R]>>`,
  `<</Type/Font/Subtype/CIDFontType2/BaseFont/ABCDEF+Malgun/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor ${at + 2} 0 R/CIDToGIDMap/Identity>>`,
  "<</Type/FontDescriptor/FontName/ABCDEF+Malgun/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800/Descent -200/CapHeight 700/StemV 80>>",
];
/** A simple font whose codes from 33 on are these glyphs. */
export const fontOfGlyphs =
  (...names: readonly string[]) =>
  (at: number): readonly string[] => [
    `<</Type/Font/Subtype/Type1/BaseFont/ABCDEF+Foo/FirstChar 33/LastChar ${32 + names.length}/Widths[${names.map(() => 500).join(" ")}]/Encoding<</Type/Encoding/Differences[33 ${names.map((name) => `/${name}`).join(" ")}]>>/FontDescriptor ${at + 1} 0 R>>`,
    "<</Type/FontDescriptor/FontName/ABCDEF+Foo/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800/Descent -200/CapHeight 700/StemV 80>>",
  ];

/** Lines of Latin text, one below the other. */
export const lines = (...texts: readonly string[]): PdfPage => ({
  content: `BT /F1 12 Tf 72 720 Td 14 TL ${texts.map((text) => `(${text}) Tj T*`).join(" ")} ET`,
});

/** A minimal PDF: these pages in one font, with a correct cross-reference table. */
export const pdf = (
  pages: readonly PdfPage[],
  options: {
    readonly title?: string;
    readonly font?: (at: number) => readonly string[];
    readonly isEncrypted?: boolean;
    /** Annotations of the first page, such as form fields, as dictionaries. */
    readonly fields?: readonly string[];
  } = {},
): Uint8Array => {
  const fontAt = 3 + pages.length * 2;
  const font = options.font?.(fontAt) ?? HELVETICA;
  const infoAt = fontAt + font.length;
  const { fields = [] } = options;
  const fieldsAt = infoAt + (options.isEncrypted ? 2 : 1);
  const fieldRefs = fields.map((_, at) => `${fieldsAt + at} 0 R`).join(" ");
  const objects = [
    `<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[${fieldRefs}]>>>>`,
    `<</Type/Pages/Kids[${pages.map((_, at) => `${3 + at * 2} 0 R`).join(" ")}]/Count ${pages.length}>>`,
    ...pages.flatMap(({ content, filter }, at) => [
      `<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents ${4 + at * 2} 0 R/Resources<</Font<</F1 ${fontAt} 0 R/Helv ${fieldsAt + fields.length} 0 R>>>>${at === 0 ? `/Annots[${fieldRefs}]` : ""}>>`,
      stream(content, filter),
    ]),
    ...font,
    `<</Title(${options.title ?? ""})>>`,
    ...(options.isEncrypted ? [`<</Filter/Standard/V 1/R 2/O<${"41".repeat(32)}>/U<${"42".repeat(32)}>/P -44>>`] : []),
    ...fields,
    ...HELVETICA,
  ];
  let file = "%PDF-1.4\n";
  const offsets = objects.map((object, at) => {
    const offset = file.length;
    file += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, "0")} 00000 n \n`;
  });
  const encrypt = options.isEncrypted ? `/Encrypt ${infoAt + 1} 0 R/ID[<00><00>]` : "";
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join("")}`;
  const trailer = `trailer<</Size ${objects.length + 1}/Root 1 0 R/Info ${infoAt} 0 R${encrypt}>>`;
  return Buffer.from(`${file}${table}${trailer}\nstartxref\n${file.length}\n%%EOF`, "latin1");
};

const stream = (content: Uint8Array | string, filter?: string): string => {
  const bytes = Buffer.from(content).toString("latin1");
  return `<</Length ${bytes.length}${filter === undefined ? "" : `/Filter ${filter}`}>>stream\n${bytes}\nendstream`;
};
