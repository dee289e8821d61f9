/** All characters of CP949 with their two bytes, found by decoding every pair. */
const PAIRS: ReadonlyMap<string, readonly [number, number]> = new Map(
  Array.from({ length: 0xff - 0x81 }, (_, at) => 0x81 + at).flatMap((lead) =>
    Array.from({ length: 0xff - 0x41 }, (_, at) => 0x41 + at).flatMap((trail) => {
      const text = new TextDecoder("euc-kr" as Bun.Encoding).decode(Uint8Array.of(lead, trail));
      return text.length === 1 && text !== "\ufffd" ? [[text, [lead, trail]] as const] : [];
    }),
  ),
);

/** Encodes a text as Korean Windows does. Throws for a character that CP949 does not have. */
export const cp949 = (text: string): Uint8Array =>
  Uint8Array.from(
    Array.from(text).flatMap((character) => {
      const code = character.charCodeAt(0);
      const pair = code < 0x80 ? [code] : PAIRS.get(character);
      if (pair === undefined) throw new Error(`CP949 has no ${character}`);
      return pair;
    }),
  );
