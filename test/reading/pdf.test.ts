import { describe, expect, test } from "bun:test";
import { openReader } from "../../src/reading/reader.ts";
import { fontOfGlyphs, KOREAN_FONT, lines, MUTE_FONT, pdf } from "../support/pdf.ts";
import { readingWith } from "../support/uploads.ts";

const { read, failureOf } = readingWith(openReader());
const textOf = async (...given: Parameters<typeof pdf>) => (await read("a.pdf", pdf(...given))).text;
/** Hexadecimal UTF-16, big endian, with a byte order mark. */
const utf16 = (text: string): string => `<FEFF${Buffer.from(text, "utf16le").swap16().toString("hex")}>`;
const field = (type: string, rect: string, more: string): string =>
  `<</Type/Annot/Subtype/Widget/FT/${type}/T(f${rect.replaceAll(" ", "-")})/Rect[${rect}]/DA(/Helv 12 Tf 0 g)${more}>>`;

describe("a form in a PDF", () => {
  const form = {
    content:
      "BT /F1 12 Tf 72 720 Td (Name:) Tj ET BT /F1 12 Tf 72 700 Td (Amount:) Tj ET BT /F1 12 Tf 92 680 Td (I agree) Tj ET BT /F1 12 Tf 192 680 Td (I do not) Tj ET",
  };

  test("gives the filled-in text next to its label", async () => {
    const text = await textOf([form], {
      fields: [
        field("Tx", "110 716 300 732", `/V ${utf16("홍길동")}`),
        field("Tx", "130 696 300 712", "/V(1,000)"),
        field("Btn", "74 678 88 692", "/V/Yes/AS/Yes/AP<</N<</Yes null/Off null>>>>"),
        field("Btn", "174 678 188 692", "/V/Off/AS/Off/AP<</N<</Yes null/Off null>>>>"),
        field("Ch", "72 640 200 652", "/TU(Warehouse)/Opt[(Seoul)(Busan)]/V(Busan)"),
      ],
    });
    expect(text.replace(/ +/g, " ").replace(/\n+/g, "\n")).toBe(
      "Name: 홍길동\nAmount: 1,000\n☑ I agree ☐ I do not\nWarehouse: Busan",
    );
  });

  test("that has only fields is read too, without passwords, hidden and empty fields", async () => {
    const fields = [
      field("Tx", "110 716 300 732", "/TU(Name)/V(Kim)"),
      field("Tx", "110 616 300 632", "/Ff 8192/V(secret)"),
      field("Tx", "110 516 300 532", "/F 2/V(hidden)"),
      field("Tx", "110 416 300 432", ""),
    ];
    expect(await textOf([{ content: "" }], { fields })).toBe("Name: Kim");
  });

  test("has the text that was written over it, but no pop-up notes", async () => {
    const fields = [
      "<</Type/Annot/Subtype/FreeText/Rect[130 716 300 732]/Contents(approved)/DA(/Helv 12 Tf 0 g)>>",
      "<</Type/Annot/Subtype/Text/Rect[130 616 150 632]/Contents(a note)>>",
    ];
    expect((await textOf([form], { fields })).split("\n")[0]).toBe("Name: approved");
  });
});

describe("a font in a PDF without a character map", () => {
  test.each([
    ["numbers of glyphs for letters", MUTE_FONT, "<0027005200460058005000480051005700030032>"],
    ["numbers of glyphs for Hangul", MUTE_FONT, "<0A121B340C55000322110C55>"],
    ["glyphs called by numbers", fontOfGlyphs("g1", "g2", "g3", "g4", "g5"), '(!"#$%)'],
    ["glyphs called by numbers of two digits", fontOfGlyphs("G01", "G02", "G03", "G04", "G05"), '(!"#$%)'],
    ["glyphs called C0_1 and on", fontOfGlyphs("C0_1", "C0_2", "C0_3", "C0_4", "C0_5"), '(!"#$%)'],
  ])("%s: the PDF is refused in plain words", async (_, font, text) => {
    const error = await failureOf("a.pdf", pdf([{ content: `BT /F1 12 Tf 72 720 Td ${text} Tj ET` }], { font }));
    expect(error.code).toBe("malformed");
    expect(error.message).toContain("do not map their glyphs");
    expect(error.message).toContain("OCR");
  });

  test("is marked as unreadable where it is the smaller part, and the rest is read", async () => {
    const content = `BT /Helv 12 Tf 72 720 Td (This is read as it stands.) Tj 0 -14 Td /F1 12 Tf <002700520046> Tj 0 -14 Td <00580050> Tj 0 -14 Td /Helv 12 Tf (And so is this.) Tj ET`;
    const text = await textOf([{ content }], { font: MUTE_FONT });
    expect(text.replace(/\s*\n\s*/g, "\n")).toBe(
      "This is read as it stands.\n[unreadable: the font of this text does not say which letters it draws]\nAnd so is this.",
    );
  });

  test("is readable when its glyphs have names or it uses a standard national map", async () => {
    const content = 'BT /F1 12 Tf 72 720 Td (!"#$%) Tj ET';
    expect(await textOf([{ content }], { font: fontOfGlyphs("H", "e", "l", "uni006C", "o") })).toBe("Hello");
    const korean = { content: "BT /F1 24 Tf 100 700 Td <C7D1B1DB> Tj ET" };
    expect(await textOf([korean], { font: KOREAN_FONT })).toBe("한글");
  });
});

describe("raised and lowered text in a PDF", () => {
  test("is distinguished from its line, however it is raised", async () => {
    const rise =
      "BT /F1 12 Tf 72 720 Td (10) Tj /F1 7 Tf 5 Ts (5) Tj 0 Ts /F1 12 Tf ( kg of H) Tj /F1 7 Tf -3 Ts (2) Tj 0 Ts /F1 12 Tf (O) Tj ET";
    expect((await textOf([{ content: rise }])).replace(/ +/g, " ")).toBe("10⁵ kg of H₂O");
    const moved =
      "BT /F1 12 Tf 72 720 Td (10) Tj ET BT /F1 7 Tf 85.5 725 Td (5) Tj ET BT /F1 12 Tf 72 700 Td (next) Tj ET";
    expect(await textOf([{ content: moved }])).toMatch(/^10⁵\n+next$/);
  });

  test("does not include text that is only smaller or on another line", async () => {
    const small = "BT /F1 12 Tf 72 720 Td (Total) Tj /F1 7 Tf ( net) Tj ET BT /F1 7 Tf 72 700 Td (Note 1) Tj ET";
    expect(await textOf([{ content: small }])).toMatch(/^Total net\n+Note 1$/);
  });
});

test("a title of several lines is one line", async () => {
  expect((await read("a.pdf", pdf([lines("x")], { title: "One\\n[9] forged\\r\\ttitle" }))).title).toBe(
    "One [9] forged title",
  );
});
