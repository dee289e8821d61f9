import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { UnreadableError } from "../../src/domain/unreadable.ts";
import { decodeText } from "../../src/reading/decode.ts";
import { encodingOf } from "../../src/reading/encoding.ts";
import { cp949 } from "../support/cp949.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const utf16le = (text: string): Uint8Array => Buffer.from(text, "utf16le");
const utf16be = (text: string): Uint8Array => Buffer.from(text, "utf16le").swap16();
const latin1 = (text: string): Uint8Array => Buffer.from(text, "latin1");

const KOREAN =
  "재고 관리 지침은 창고에서 매일 아침 아홉 시에 확인한다 품목 수량 단가를 적고 담당자가 서명한 뒤 보관한다 부족하면 구매팀에 알린다".split(
    " ",
  );
const koreanText = fc
  .array(fc.constantFrom(...KOREAN, "SKU-12", "3,500", "Excel"), { minLength: 12, maxLength: 80 })
  .map((words) => `품목 ${words.join(" ")} 재고`);
const FRENCH =
  "le café était fermé à midi où l’élève naïf préfère « garçon » déjà forêt août çà «été» Ägypten größer müde".split(
    " ",
  );
const frenchText = fc
  .array(fc.constantFrom(...FRENCH, "the", "price", "of", "it"), { minLength: 8, maxLength: 60 })
  .map((words) => `${words.join(" ")} déjà vu`);

/** Bytes of which some are removed or overwritten with one that no single-byte text has. */
const damaged = (bytes: Uint8Array, flaws: readonly (readonly [number, number | null])[]): Uint8Array => {
  const all: (number | null)[] = [...bytes];
  for (const [place, byte] of flaws) all[place % all.length] = byte;
  return Uint8Array.from(all.filter((byte) => byte !== null));
};
const someFlaws = fc.array(fc.tuple(fc.nat(), fc.option(fc.integer({ min: 0x80, max: 0xff }))), {
  minLength: 1,
  maxLength: 3,
});

describe("the encoding of a text", () => {
  test.each([
    ["utf-8", utf8],
    ["euc-kr", cp949],
    ["utf-16le", utf16le],
    ["utf-16be", utf16be],
  ])("of Korean is %s, declared or not, or declared as another", (encoding, encode) => {
    fc.assert(
      fc.property(koreanText, fc.constantFrom(undefined, encoding, "utf-8", "euc-kr", "klingon"), (text, declared) => {
        expect(encodingOf(encode(text), declared)).toBe(encoding);
        expect(decodeText(encode(text), declared)).toBe(text);
      }),
    );
  });

  test.each([
    ["utf-8", utf8],
    ["euc-kr", cp949],
  ])("of Korean is %s even with a few damaged bytes, and the rest is kept", (encoding, encode) => {
    fc.assert(
      fc.property(koreanText, someFlaws, (text, flaws) => {
        const bytes = damaged(encode(text), flaws);
        expect(encodingOf(bytes, undefined)).toBe(encoding);
        const read = decodeText(bytes);
        const intact = text.split(" ").filter((word) => read.includes(word)).length;
        expect(intact).toBeGreaterThanOrEqual(text.split(" ").length - flaws.length * 2);
      }),
    );
  });

  test("of a language with Latin letters is UTF-8 or Windows-1252, with or without a damaged byte", () => {
    const windows = (text: string) => latin1(text.replaceAll("’", "\x92"));
    fc.assert(
      fc.property(frenchText, (text) => {
        expect(decodeText(utf8(text))).toBe(text);
        expect(decodeText(windows(text))).toBe(text);
        expect(decodeText(windows(text), "iso-8859-1")).toBe(text);
        expect(decodeText(utf8(text), "iso-8859-1")).toBe(text);
      }),
    );
    const quoted = "«été» çà le le «été» déjà vu";
    expect(decodeText(windows(quoted))).toBe(quoted);
    expect(decodeText(latin1("I don\x92t know, it\x92s late"))).toBe("I don’t know, it’s late");
  });

  test("is recognized when a character is cut, and only that character is lost", () => {
    const text = "품목,수량\n볼트,10\n너트,20\n와셔";
    expect(decodeText(utf8(text).subarray(0, -1))).toBe("품목,수량\n볼트,10\n너트,20\n와\ufffd");
    expect(decodeText(cp949(text).subarray(0, -1))).toBe("품목,수량\n볼트,10\n너트,20\n와\ufffd");
    expect(decodeText(utf16le(`\ufeff${text}`).subarray(0, -1))).toBe("품목,수량\n볼트,10\n너트,20\n와\ufffd");
  });

  test("is the declared double-byte one if the bytes are valid in it, even if they might be UTF-8", () => {
    // 처치 in CP949 is also two letters in UTF-8.
    expect(decodeText(cp949("처치"), "cp949")).toBe("처치");
    expect(decodeText(Uint8Array.of(0x93, 0xfa, 0x96, 0x7b, 0x8c, 0xea), "shift_jis")).toBe("日本語");
  });

  test("is ASCII for ASCII that is declared as UTF-16", () => {
    expect(decodeText(utf8("plain text"), "utf-16")).toBe("plain text");
  });

  test.each([
    ["random bytes", Uint8Array.from({ length: 4_000 }, (_, at) => ((at * 7919) % 251) + 1)],
    ["numbers of four bytes", new Uint8Array(Uint32Array.from({ length: 500 }, (_, at) => at * 40_503).buffer)],
    ["a few control characters", Uint8Array.of(1, 2, 3, 4, 5, 6)],
    ["a mark of UTF-16 before no text", Uint8Array.of(0xff, 0xfe, 1, 0, 2, 0, 3, 0)],
  ])("is not found for %s, which is refused with the remedy", (_, bytes) => {
    expect(() => decodeText(bytes)).toThrow(UnreadableError);
    expect(() => decodeText(bytes)).toThrow("Save it as UTF-8");
  });
});
